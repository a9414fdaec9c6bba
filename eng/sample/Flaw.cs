namespace ContactPlatform.Sample;

/// <summary>What an import should make of a row.</summary>
internal enum Expected
{
    /// <summary>It is right, however odd it looks.</summary>
    Accepted,

    /// <summary>It repeats an earlier row's address: an update, or refused where only new contacts are wanted.</summary>
    Duplicate,

    /// <summary>It is an error row.</summary>
    Refused,
}

/// <summary>What is odd or wrong with a row; its <see cref="Flaws.Of"/> says what becomes of it.</summary>
internal enum Flaw
{
    None,
    QuotesInField,
    NewlineInField,
    CommaInField,
    SpacesAround,
    CarriageReturnAndNewline,
    DuplicateInOtherCase,
    BadEmail,
    NeitherEmailNorPhone,
    MissingColumns,
    WrongEncoding,
    BadTime,
    UnknownTimeZone,
    UnknownStage,

    /// <summary>Only in files with custom fields, and chosen apart: so the other columns are the same without them.</summary>
    BadFieldValue,
}

internal static class Flaws
{
    /// <summary>In the order of the enum: how the summary calls it, and what to expect of an import.</summary>
    public static readonly (string Name, Expected Expected)[] All =
    [
        ("none", Expected.Accepted),
        ("quotes inside a field", Expected.Accepted),
        ("newline inside a field", Expected.Accepted),
        ("comma inside a field", Expected.Accepted),
        ("spaces around the address", Expected.Accepted),
        ("row ends with CRLF, not LF", Expected.Accepted),
        ("address of an earlier row in other case", Expected.Duplicate),
        ("bad email", Expected.Refused),
        ("neither email nor phone", Expected.Refused),
        ("missing columns", Expected.Refused),
        ("not UTF-8 (Windows-1252)", Expected.Refused),
        ("bad time", Expected.Refused),
        ("unknown time zone", Expected.Refused),
        ("unknown stage", Expected.Refused),
        ("bad value of a custom field", Expected.Refused),
    ];

    private static readonly string[] _badEmails =
        ["no-at-sign.example.com", "two@@example.com", "@example.com", "nobody@", "a b@example.com", "dot.@example.com", "x@example..com", "x@-example.com", "<x@example.com>"];

    private static readonly string[] _badTimes = ["31/02/2025", "2025-02-30T10:00:00Z", "yesterday", "1740000000000000000000", "٢٠٢٥-٠١-٠١"];

    public static (string Name, Expected Expected) Of(Flaw flaw) => All[(int)flaw];

    /// <summary>The contact with this flaw in its fields. Flaws of the bytes and of the columns are the file's.</summary>
    public static Contact Apply(Flaw flaw, Contact contact, ref RowRandom random) => flaw switch
    {
        Flaw.QuotesInField => contact with { GivenName = $"{contact.GivenName} \"{contact.GivenName[..1]}\"" },
        Flaw.NewlineInField => contact with { Source = "trade fair\nhall 3" },
        Flaw.CommaInField => contact with { FamilyName = $"{contact.FamilyName}, Jr." },
        Flaw.SpacesAround => contact with { Email = contact.Email.Length == 0 ? "" : $"  {contact.Email} " },
        Flaw.DuplicateInOtherCase => contact with { Email = contact.Email.ToUpperInvariant() },
        Flaw.BadEmail => contact with { Email = random.Pick(_badEmails) },
        Flaw.NeitherEmailNorPhone => contact with { Email = "", Phone = "" },
        Flaw.WrongEncoding => contact with { GivenName = "Zo\u00eb", FamilyName = "N\u00fa\u00f1ez", Labels = Ascii(contact.Labels) },
        Flaw.BadTime => contact with { SubscribedTime = random.Pick(_badTimes) },
        Flaw.UnknownTimeZone => contact with { TimeZone = "Mars/Olympus_Mons" },
        Flaw.UnknownStage => contact with { Stage = "VISITOR" },
        _ => contact,
    };

    // The row will be written in one byte a character.
    private static string Ascii(string labels) => string.Join(';', labels.Split(';').Where(label => System.Text.Ascii.IsValid(label)));
}
