using System.Text.RegularExpressions;
using ContactPlatform.ServiceDefaults.Addresses;
using ContactPlatform.ServiceDefaults.Mime;

namespace ContactPlatform.Sequences.Replies;

/// <summary>Says what a mail answers.</summary>
public static partial class MailThread
{
    /// <summary>Message-IDs that are looked at.</summary>
    public const int Maximum = 50;

    /// <summary>Addresses in a quotation that are looked at.</summary>
    public const int MaximumAddresses = 20;

    /// <summary>Message-IDs of what a mail answers, nearest first: In-Reply-To, then References from the end (RFC 5322 3.6.4).</summary>
    public static IReadOnlyList<string> Ids(MailFields fields) =>
        [.. Read(fields["In-Reply-To"]).Concat(Read(fields["References"]).Reverse()).Distinct(StringComparer.Ordinal).Take(Maximum)];

    /// <summary>
    /// Addresses in what a mail quotes or forwards, in normal form, in order: whoever forwarded a message of ours to a colleague,
    /// who then answered, stands there.
    /// </summary>
    public static IReadOnlyList<string> Addresses(string quoted) =>
        [.. Address().Matches(quoted).Take(10 * MaximumAddresses).Select(m => EmailAddress.TryNormalise(m.Value, out var address) is null ? address : "")
            .Where(a => a.Length > 0).Distinct(StringComparer.Ordinal).Take(MaximumAddresses)];

    private static IEnumerable<string> Read(string field) => Id().Matches(field).Select(m => m.Groups["id"].Value).Where(id => id.Length <= MailIds.MaximumLength);

    [GeneratedRegex(@"<(?<id>[^<>\s]+)>", RegexOptions.CultureInvariant)]
    private static partial Regex Id();

    [GeneratedRegex(@"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}", RegexOptions.CultureInvariant)]
    private static partial Regex Address();
}
