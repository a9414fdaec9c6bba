using System.Globalization;

namespace ContactPlatform.Sample;

/// <summary>One row as it is meant, before anything is done wrong with it. Empty text: not given.</summary>
internal sealed record Contact(
    string Email, string Phone, string GivenName, string FamilyName, string TimeZone, string Labels, string Stage, string SubscribedTime, string Source)
{
    /// <summary>The label that about a quarter of the rows carry.</summary>
    public const string PurchasedLabel = "purchased-q2";

    public static readonly string[] Columns =
        ["email", "phone", "given_name", "family_name", "time_zone", "labels", "stage", "subscribed_time", "source"];

    private static readonly string[] _labels = ["newsletter", "trial", "webinar-2026", "vip", "événement-lyon", "客户", "partner", "beta"];
    private static readonly string[] _stages = ["AWARE", "ENGAGED", "CUSTOMER", "LOYAL_CUSTOMER", "PROMOTER"];
    private static readonly string[] _sources = ["web form", "web form", "event", "referral", "partner", "shop", ""];

    // Reserved by RFC 2606 and RFC 6761: nobody gets mail from a test.
    private static readonly string[] _domains = ["example.com", "example.org", "example.net", "mail.example.com", "shop.example.org", "post.example"];

    public string[] Fields => [Email, Phone, GivenName, FamilyName, TimeZone, Labels, Stage, SubscribedTime, Source];

    public bool HasPurchased => Labels.Contains(PurchasedLabel, StringComparison.Ordinal);

    /// <summary>The contact of a row: the same for the same random numbers; its email and phone are in no other row.</summary>
    public static Contact Make(ref RowRandom random, long row)
    {
        var place = random.Pick(Names.Places);
        var given = random.Pick(place.Given);
        var family = random.Pick(place.Family);
        var withPhone = random.Chance(0.6);
        // Some are known by their phone only.
        var withEmail = !withPhone || random.Chance(0.95);
        var email = $"{given.Latin}.{family.Latin}{(random.Chance(0.1) ? "+news" : "")}.{row}@{random.Pick(_domains)}";
        return new Contact(
            Email: withEmail ? random.Chance(0.05) ? char.ToUpperInvariant(email[0]) + email[1..] : email : "",
            Phone: withPhone ? MakePhone(row) : "",
            GivenName: given.Text,
            FamilyName: family.Text,
            TimeZone: random.Chance(0.8) ? random.Pick(place.TimeZones) : "",
            Labels: MakeLabels(ref random),
            Stage: random.Chance(0.03) ? random.Pick(_stages) : "",
            SubscribedTime: random.Chance(0.9) ? MakeTime(ref random) : "",
            Source: random.Pick(_sources));
    }

    // Exchange 555 of the North American plan is given to nobody but directory services; unique below 8,000,000 rows.
    private static string MakePhone(long row) => string.Create(CultureInfo.InvariantCulture, $"+1{200 + (row / 10_000 % 800)}555{row % 10_000:0000}");

    private static string MakeLabels(ref RowRandom random)
    {
        var labels = random.Chance(0.25) ? PurchasedLabel : "";
        for (var more = random.Next(3); more > 0; more--)
        {
            var label = random.Pick(_labels);
            if (!labels.Contains(label, StringComparison.Ordinal))
            {
                labels = labels.Length == 0 ? label : $"{labels};{label}";
            }
        }

        return labels;
    }

    // Not from the clock: the same seed must give the same file tomorrow.
    private static string MakeTime(ref RowRandom random) =>
        new DateTime(2021, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddSeconds(random.Next(5 * 365 * 86_400)).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
