using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace ContactPlatform.Contacts.Tests.Segments;

/// <summary>Random people and random filters over them, where case, accents, empty values, LIKE's signs and midnights meet.</summary>
public sealed class RandomFilters(short defaultStage, IReadOnlyDictionary<string, long> labels, IReadOnlyDictionary<string, long> lists)
{
    public static readonly string[] LabelNames = ["vip", "Purchased Q2", "Été", "nobody has it"];

    public static readonly string[] ListNames = ["VIP", "spring \"fair\" 2026", "Straße", "empty"];

    public static readonly string[] Tiers = ["gold", "Silver Plus", "bronze"];

    private static readonly string[] StageNames = ["AWARE", "ENGAGED", "CUSTOMER", "LOYAL_CUSTOMER", "PROMOTER"];

    private static readonly string[] MailNames = ["NEW", "ACTIVE", "UNAVAILABLE", "MAILBOX_FULL", "DOES_NOT_EXIST", "UNSUBSCRIBED_BY_US", "UNSUBSCRIBED", "COMPLAINED"];

    private static readonly DateTime Midnight = new(2026, 5, 1, 0, 0, 0, DateTimeKind.Utc);

    private static readonly Gen<string> Words = Gen.Elements(
        "ana", "ANA", "Ana Maria", "éva", "E\u0301VA", "eva", "Straße", "STRASSE", "σίσυφος", "ΣΊΣΥΦΟΣ", "o'neil", "a%b", "a_b", "axb", "[a]", "50%", "back\\slash", "st*r", "!", "\u202Eabc", "日本", "😀",
        "'; DROP TABLE contacts; --", "NULL", "AND");

    private static readonly Gen<string> MaybeWords = Gen.Frequency((1, Gen.Constant("")), (5, Words));

    private static readonly Gen<DateTime> Moments = Gen.Elements(-86_400_000_000L, -3_600_000_000L, -1, 0, 1, 3_600_000_000L, 86_399_999_999L, 86_400_000_000L, 5 * 86_400_000_000L)
        .Select(us => Midnight.AddTicks(us * TimeSpan.TicksPerMicrosecond));

    private static readonly Gen<decimal> Numbers = Gen.Elements(-1.5m, -1m, 0m, 0.5m, 1m, 1.0000000001m, 10m, 99999999999m);

    private static readonly Gen<DateOnly> Days = Gen.Elements(-365, -1, 0, 1, 28).Select(d => DateOnly.FromDateTime(Midnight).AddDays(d));

    /// <summary>People.</summary>
    public static Gen<Person> People =>
        from key in Gen.Choose(0, int.MaxValue)
        from reach in Gen.Choose(0, 2)
        from given in MaybeWords
        from family in MaybeWords
        from source in MaybeWords
        from zone in Gen.Elements("", "Asia/Jakarta", "Europe/Berlin")
        from state in Gen.Elements(true, true, false)
        from subscribed in Maybe(Moments)
        from created in Moments
        from score in Gen.Choose(-2, 11)
        from carried in Gen.SubListOf(LabelNames[..3])
        from listed in Gen.SubListOf(ListNames[..3])
        from nick in Words.OrNull()
        from tier in Gen.Elements(Tiers).OrNull()
        from points in Maybe(Numbers)
        from birthday in Maybe(Days)
        from vip in Maybe(Gen.Elements(true, false))
        from moved in Gen.Elements(true, false)
        from stage in Gen.Elements<short?>(null, 1, 2, 3, 4, 5)
        from lost in Gen.Elements(true, false)
        from changed in Moments
        from mailed in Gen.Elements(true, false)
        from mail in Gen.Choose(1, 8)
        from sent in Maybe(Moments)
        from opened in Maybe(Moments)
        from clicked in Maybe(Moments)
        select new Person(0)
        {
            // Unique without looking at the others.
            Email = reach == 1 ? null : $"{(key % 2 == 0 ? "ana" : "zoé")}.{key:x}@example.org",
            Phone = reach == 0 ? null : $"+49{key:d10}",
            GivenName = given,
            FamilyName = family,
            Source = source,
            Owner = source.Length > 3 ? "key:Ana" : given.Length > 3 ? "key:ana" : "",
            TimeZone = zone,
            Active = state,
            Subscribed = subscribed,
            Created = created,
            Score = score,
            Labels = [.. carried],
            Lists = [.. listed],
            Nick = nick,
            Tier = tier,
            Points = points,
            Birthday = birthday,
            Vip = vip,
            Funnel = moved ? (stage, lost, changed) : null,
            Mail = mailed ? ((short)mail, sent, opened, clicked) : null,
        };

    /// <summary>Filters, more clauses and parentheses with the size.</summary>
    public Gen<Expected> Filters => Gen.Sized(size => Tree(Math.Min(size / 12, 4)));

    private Gen<Expected> Tree(int depth)
    {
        if (depth == 0)
        {
            return Clauses;
        }
        var part = Tree(depth - 1);
        return Gen.Frequency(
            (2, Clauses),
            (2, from inner in part from sign in Gen.Elements("NOT ", "-") select inner.Not(sign)),
            (3, from parts in Gen.ListOf(part, 2).Or(Gen.ListOf(part, 3)) from sign in Gen.Elements(" AND ", " ", "\n AND\t") select Expected.All([.. parts], sign)),
            (3, from parts in Gen.ListOf(part, 2).Or(Gen.ListOf(part, 3)) select Expected.Any([.. parts])));
    }

    private Gen<Expected> Clauses => Gen.OneOf(
        Text("given_name", p => p.GivenName), Text("family_name", p => p.FamilyName), Text("source", p => p.Source), Text("field.nick", p => p.Nick ?? ""),
        Gen.OneOf(Reach, Owner, Zone, Present),
        Ordered("lead_score", Numbers, Folded.Number, p => p.Score),
        Ordered("field.points", Numbers, Folded.Number, p => p.Points),
        Ordered("field.birthday", Days, d => d.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), p => p.Birthday),
        Time("subscribed_time", p => p.Subscribed), Time("create_time", p => p.Created), Time("funnel.change_time", p => p.Funnel?.Changed),
        Flag("field.vip", p => p.Vip), Flag("funnel.lost", p => p.Funnel?.Lost ?? false),
        Choice("record_state", ["ACTIVE", "INACTIVE"], p => p.Active ? "ACTIVE" : "INACTIVE"),
        Choice("field.tier", Tiers, p => p.Tier),
        Choice("funnel.stage", StageNames, p => Name(p.Stage(defaultStage))), Choice("funnel_status", StageNames, p => Name(p.Stage(defaultStage))),
        Choice("funnel.lost_from", StageNames, p => Name(p.LostFrom(defaultStage))),
        Choice("deliverability.status", MailNames, p => MailNames[(p.Mail?.Status ?? 1) - 1]),
        Time("last_send_time", p => p.Mail?.Sent), Time("last_open_time", p => p.Mail?.Opened), Time("last_click_time", p => p.Mail?.Clicked),
        Named("label", labels, p => p.Labels), Named("label", labels, p => p.Labels), Named("list", lists, p => p.Lists), Named("list", lists, p => p.Lists), ManyFields);

    /// <summary>So many that they are looked for at once.</summary>
    private static Gen<Expected> ManyFields =>
        from points in Gen.ArrayOf(Numbers, 2)
        from negative in Gen.Elements(true, false)
        let values = points.Select(p => $"field.points = {Folded.Number(p)}")
        let text = string.Join(negative ? " AND NOT " : " OR ", values.Concat(["field.nick:\"axb\"", "field.tier = gold", "field.vip = true"]).Concat(Enumerable.Range(0, 12).Select(i => $"field.spare{i}:*")))
        let holds = (Func<Person, bool>)(p => points.Any(x => p.Points == x) || p.Nick == "axb" || p.Tier == "gold" || p.Vip == true)
        select new Expected($"({(negative ? "NOT " : "")}{text})", p => holds(p) != negative,
            [.. points.Select(x => (Func<Person, bool>)(p => p.Points == x)), p => p.Nick == "axb", p => p.Tier == "gold", p => p.Vip == true, .. Enumerable.Repeat<Func<Person, bool>>(_ => false, 12)], true);

    private static Gen<Expected> Text(string field, Func<Person, string> value) =>
        from sign in Gen.Elements("=", "!=", ":")
        from word in Words
        from form in Gen.Choose(0, 3)
        from cut in Gen.Choose(0, 2)
        from quote in Gen.Elements('"', '\'')
        let part = Folded.Of(form == 0 && sign != ":" ? word : string.Concat(word.EnumerateRunes().Skip(cut).DefaultIfEmpty(new('a'))))
        let open = form == 0 ? sign == ":" ? 3 : 0 : form
        let match = (Func<string, bool>)(v => open switch
        {
            0 => v == part,
            1 => v.EndsWith(part, StringComparison.Ordinal),
            2 => v.StartsWith(part, StringComparison.Ordinal),
            _ => v.Contains(part, StringComparison.Ordinal),
        })
        let written = Quote(form == 0 && sign != ":" ? word : part, quote)
        select Expected.Clause(
            $"{field}{(cut == 0 ? "" : " ")}{sign}{quote}{(form is 1 or 3 ? "*" : "")}{written}{(form is 2 or 3 ? "*" : "")}{quote}",
            p => Folded.Of(value(p)) is { Length: > 0 } v && match(v) != (sign == "!="));

    private static Gen<Expected> Ordered<T>(string field, Gen<T> values, Func<T, string> text, Func<Person, T?> value) where T : struct, IComparable<T> =>
        from sign in Gen.Elements("=", "!=", "<", "<=", ">", ">=", ":")
        from wanted in values
        select Expected.Clause($"{field} {sign} {text(wanted)}", p => value(p) is { } v && Compare(sign, v.CompareTo(wanted)));

    private static Gen<Expected> Time(string field, Func<Person, DateTime?> value) => Gen.OneOf(
        from sign in Gen.Elements("=", "!=", "<", "<=", ">", ">=", ":")
        from wanted in Moments
        from zone in Gen.Elements(0, 60, -330, 840)
        select Expected.Clause($"{field} {sign} {Zoned(wanted, zone)}", p => value(p) is { } v && Compare(sign, v.CompareTo(wanted))),
        from sign in Gen.Elements("=", "!=", "<", "<=", ">", ">=", ":")
        from day in Days
        // A day is compared with the UTC day on which the moment falls.
        select Expected.Clause($"{field}{sign}{day:yyyy-MM-dd}", p => value(p) is { } v && Compare(sign, DateOnly.FromDateTime(v).CompareTo(day))));

    private static Gen<Expected> Flag(string field, Func<Person, bool?> value) =>
        from sign in Gen.Elements("=", "!=", ":")
        from wanted in Gen.Elements(true, false)
        from upper in Gen.Elements(true, false)
        select Expected.Clause($"{field}{sign}{(upper ? wanted.ToString().ToUpperInvariant() : wanted.ToString().ToLowerInvariant())}", p => value(p) is { } v && (v == wanted) != (sign == "!="));

    private static Gen<Expected> Choice(string field, string[] choices, Func<Person, string?> value) =>
        from sign in Gen.Elements("=", "!=", ":")
        from wanted in Gen.Elements(choices)
        from lower in Gen.Elements(true, false)
        select Expected.Clause($"{field} {sign} \"{(lower ? wanted.ToLowerInvariant() : wanted)}\"", p => value(p) is { } v && (v == wanted) != (sign == "!="));

    private static Gen<Expected> Named(string field, IReadOnlyDictionary<string, long> names, Func<Person, string[]> of) => Gen.OneOf(
        from name in Gen.Elements<string>(names.Keys) from upper in Gen.Elements(true, false) from sign in Gen.Elements(":", "=")
        select Expected.Clause($"{field}{sign}\"{Quote(upper ? name.ToUpperInvariant() : name, '"')}\"", p => of(p).Contains(name)),
        from name in Gen.Elements<string>(names.Keys)
        select Expected.Clause($"{field}_id:{names[name]}", p => of(p).Contains(name)),
        Gen.Constant(Expected.Clause($"{field}:*", p => of(p).Length > 0)));

    private static Gen<Expected> Reach => Gen.Elements(
        Expected.Clause("email:\"ANA.\"", p => p.Email?.Contains("ana.", StringComparison.Ordinal) == true),
        Expected.Clause("email=*@Example.ORG", p => p.Email is not null),
        Expected.Clause("email != zo*", p => p.Email?.StartsWith("zo", StringComparison.Ordinal) == false),
        Expected.Clause("email = nobody@example.org", _ => false),
        Expected.Clause("phone:49", p => p.Phone is not null),
        Expected.Clause("phone = \"+49 0*\"", p => p.Phone?.StartsWith("+490", StringComparison.Ordinal) == true),
        Expected.Clause("phone != *1", p => p.Phone?.EndsWith('1') == false));

    private static Gen<Expected> Owner => Gen.Elements(
        Expected.Clause("owner = key:ana", p => p.Owner == "key:ana"),
        Expected.Clause("owner != key:ana", p => p.Owner == "key:Ana"),
        Expected.Clause("owner:Ana", p => p.Owner == "key:Ana"));

    private static Gen<Expected> Zone => Gen.Elements(
        Expected.Clause("time_zone = Asia/Jakarta", p => p.TimeZone == "Asia/Jakarta"),
        Expected.Clause("time_zone != Europe/*", p => p.TimeZone == "Asia/Jakarta"));

    private static Gen<Expected> Present => Gen.Elements<(string Field, Func<Person, bool> Has)>(
        ("email", p => p.Email is not null), ("phone", p => p.Phone is not null), ("given_name", p => p.GivenName.Length > 0), ("source", p => p.Source.Length > 0), ("owner", p => p.Owner.Length > 0),
        ("time_zone", p => p.TimeZone.Length > 0), ("subscribed_time", p => p.Subscribed is not null), ("create_time", _ => true), ("lead_score", _ => true), ("record_state", _ => true),
        ("field.nick", p => p.Nick is not null), ("field.tier", p => p.Tier is not null), ("field.points", p => p.Points is not null), ("field.birthday", p => p.Birthday is not null), ("field.vip", p => p.Vip is not null),
        ("funnel.stage", p => p.Funnel is not { Lost: true }), ("funnel.lost", _ => true), ("funnel.lost_from", p => p.Funnel is { Lost: true }), ("funnel.change_time", p => p.Funnel is not null),
        ("deliverability.status", _ => true), ("last_open_time", p => p.Mail?.Opened is not null))
        .Select(f => Expected.Clause($"{f.Field}:*", f.Has));

    private static Gen<T?> Maybe<T>(Gen<T> values) where T : struct => Gen.Frequency((1, Gen.Constant<T?>(null)), (5, values.Select(v => (T?)v)));

    private static bool Compare(string sign, int order) => sign switch { "<" => order < 0, "<=" => order <= 0, ">" => order > 0, ">=" => order >= 0, "!=" => order != 0, _ => order == 0 };

    private static string? Name(short? stage) => stage is { } s ? StageNames[s - 1] : null;

    private static string Quote(string word, char quote) => word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace($"{quote}", $"\\{quote}", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal);

    private static string Zoned(DateTime moment, int minutes) =>
        new DateTimeOffset(moment).ToOffset(TimeSpan.FromMinutes(minutes)).ToString(minutes == 0 ? "yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'" : "yyyy-MM-dd'T'HH:mm:ss.FFFFFFzzz", CultureInfo.InvariantCulture);
}
