namespace ContactPlatform.Sample;

/// <summary>A given and a family name as written, and in the Latin letters of an address.</summary>
internal sealed record Name(string Text, string Latin);

/// <summary>Names that are common in one place, in its script, and the time zones there.</summary>
internal sealed record NamePlace(Name[] Given, Name[] Family, string[] TimeZones);

internal static class Names
{
    public static readonly NamePlace[] Places =
    [
        Place("America/New_York America/Chicago America/Los_Angeles", "Emma James Olivia William Ava Noah Grace Ethan", "Smith Johnson Brown O'Connor Davis Miller Wilson-Reed Taylor"),
        Place("Europe/London Europe/Dublin", "Amelia George Isla Harry Siân Rhys Niamh Callum", "Jones Evans Patel Hughes MacLeod Byrne Walker Ó-Briain"),
        Place("Europe/Berlin Europe/Vienna", "Jürgen Anneliese Günther Käthe Lukas Mia Björn Zoë", "Müller Schröder Weiß Jäger Krüger Böhm Groß Vogel"),
        Place("Europe/Paris Europe/Brussels", "Chloé François Zélie Jérôme Anaïs Loïc Hélène Rémi", "Dupont Lefèvre Gauthier Béranger Noël Crespin Mercier Faÿ"),
        Place("Europe/Madrid America/Bogota", "Íñigo Lucía Martín Sofía Begoña José Ángela Raúl", "Núñez García Ibáñez Muñoz Peña Gómez Castaño Ruiz"),
        Place("Europe/Warsaw Europe/Prague", "Łukasz Małgorzata Jiří Žofie Zdeněk Agnieszka Ondřej Świętosława", "Wiśniewski Dvořák Łoś Novotný Kowalczyk Říha Zając Černý"),
        Place("Europe/Istanbul", "Ayşe Çağla Ömer İpek Gökhan Şule Uğur Işıl", "Yılmaz Şahin Öztürk Çelik Güneş Doğan Kılıç Aydın"),
        Place("Asia/Ho_Chi_Minh", "Nguyệt Dũng Hương Tuấn Linh Đức Thảo Quân", "Nguyễn Trần Lê Phạm Đặng Vũ Bùi Hồ"),
        Place("Europe/Kyiv Europe/Sofia", "Олена:olena Іван:ivan Дарина:daryna Тарас:taras Ганна:hanna Богдан:bohdan", "Шевченко:shevchenko Коваленко:kovalenko Бондар:bondar Їжак:yizhak Мельник:melnyk Гончар:honchar"),
        Place("Europe/Athens", "Ελένη:eleni Γιώργος:giorgos Σοφία:sofia Νίκος:nikos Ζωή:zoi Άρης:aris", "Παπαδόπουλος:papadopoulos Οικονόμου:oikonomou Γεωργίου:georgiou Νικολάου:nikolaou Βλάχος:vlachos Ξενάκης:xenakis"),
        Place("Africa/Cairo Asia/Riyadh", "فاطمة:fatima محمد:mohamed ليلى:layla يوسف:yusuf مريم:maryam عمر:omar", "الحسن:alhassan الشامي:alshami منصور:mansour حداد:haddad النجار:alnajjar خوري:khoury"),
        Place("Asia/Jerusalem", "נועה:noa דוד:david תמר:tamar איתן:eitan שירה:shira יונתן:yonatan", "כהן:cohen לוי:levi מזרחי:mizrahi פרץ:peretz ביטון:biton אברהם:avraham"),
        Place("Asia/Kolkata", "प्रिया:priya राहुल:rahul अंजलि:anjali विक्रम:vikram नेहा:neha अर्जुन:arjun", "शर्मा:sharma वर्मा:verma गुप्ता:gupta सिंह:singh मिश्रा:mishra जोशी:joshi"),
        Place("Asia/Colombo", "கவிதா:kavitha முருகன்:murugan மீனா:meena குமார்:kumar செல்வி:selvi அருண்:arun", "சுப்பிரமணியன்:subramanian ராஜன்:rajan பாலன்:balan நாதன்:nathan வேலு:velu கண்ணன்:kannan"),
        Place("Asia/Bangkok", "สมชาย:somchai มาลี:malee ประเสริฐ:prasert กัญญา:kanya วิชัย:wichai นภา:napha", "ใจดี:jaidee ทองสุข:thongsuk ศรีสุข:srisuk แสงทอง:saengthong บุญมี:bunmee วงศ์ไทย:wongthai"),
        Place("Asia/Shanghai Asia/Taipei", "秀英:xiuying 伟:wei 敏:min 建國:jianguo 丽:li 志強:zhiqiang", "王:wang 李:li 張:zhang 刘:liu 陳:chen 𠮷田:yoshida"),
        Place("Asia/Tokyo", "さくら:sakura 健太:kenta ハルカ:haruka 翔:sho ゆき:yuki 大輔:daisuke", "佐藤:sato 鈴木:suzuki 高橋:takahashi 髙田:takada 渡邉:watanabe ワトソン:watson"),
        Place("Asia/Seoul", "서연:seoyeon 민준:minjun 지우:jiu 도윤:doyun 하은:haeun 현우:hyeonu", "김:kim 이:lee 박:park 최:choi 남궁:namgung 황보:hwangbo"),
        Place("Asia/Tbilisi", "ნინო:nino გიორგი:giorgi თამარ:tamari ლევან:levan ქეთევან:ketevan ზურაბ:zurab", "ბერიძე:beridze კაპანაძე:kapanadze გელაშვილი:gelashvili მაისურაძე:maisuradze"),
        Place("Asia/Yerevan", "Անի:ani Արամ:aram Նարե:nare Տիգրան:tigran Լիլիթ:lilit Հայկ:hayk", "Սարգսյան:sargsyan Հակոբյան:hakobyan Պետրոսյան:petrosyan Գրիգորյան:grigoryan"),
        Place("Africa/Addis_Ababa", "ሰላም:selam አበበ:abebe ማርታ:marta ዳዊት:dawit ሀና:hana ብርሃኑ:birhanu", "ተስፋዬ:tesfaye ገብረ:gebre ኃይሌ:haile በቀለ:bekele"),
    ];

    // "Text:latin", or a text in Latin letters whose marks are taken off for the address.
    private static NamePlace Place(string timeZones, string given, string family) => new(Read(given), Read(family), timeZones.Split(' '));

    private static Name[] Read(string names) =>
    [
        .. from name in names.Split(' ')
           let parts = name.Split(':')
           select new Name(parts[0], parts.Length == 2 ? parts[1] : WithoutMarks(parts[0])),
    ];

    private static string WithoutMarks(string name)
    {
        // These letters have no decomposition in Unicode.
        var spelled = name.Replace("ß", "ss", StringComparison.Ordinal).Replace('Ł', 'l').Replace('ł', 'l').Replace('Đ', 'd').Replace('ı', 'i').Replace('İ', 'i');
        return string.Concat(spelled.Normalize(System.Text.NormalizationForm.FormD).ToLowerInvariant().Where(char.IsAsciiLetter));
    }
}
