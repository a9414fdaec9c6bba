using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.V1;

namespace ContactPlatform.Deliverability.AddressValidations;

/// <summary>What was found of an address.</summary>
/// <param name="Address">In normal form; empty for a malformed one.</param>
/// <param name="Findings">What was found, each once, by ascending number.</param>
/// <param name="Suggestion">The address as it may have been meant; empty for none.</param>
/// <param name="Problem">What is wrong with a malformed one; empty for the others.</param>
public sealed record AddressCheck(string Address, IReadOnlyList<AddressFinding> Findings, string Suggestion = "", string Problem = "")
{
    /// <summary>What each finding leads to.</summary>
    public static readonly IReadOnlyDictionary<AddressFinding, AddressVerdict> Verdicts = new Dictionary<AddressFinding, AddressVerdict>
    {
        [AddressFinding.Malformed] = AddressVerdict.Bad,
        [AddressFinding.ReservedDomain] = AddressVerdict.Bad,
        [AddressFinding.Role] = AddressVerdict.Risky,
        [AddressFinding.Disposable] = AddressVerdict.Risky,
        [AddressFinding.LikelyTypo] = AddressVerdict.Risky,
        [AddressFinding.Quoted] = AddressVerdict.Risky,
        [AddressFinding.AddressLiteral] = AddressVerdict.Risky,
        [AddressFinding.International] = AddressVerdict.Risky,
        [AddressFinding.DeliveredBefore] = AddressVerdict.Good,
        [AddressFinding.DoesNotExist] = AddressVerdict.Bad,
        [AddressFinding.MailboxFull] = AddressVerdict.Risky,
        [AddressFinding.Unavailable] = AddressVerdict.Risky,
        [AddressFinding.Complained] = AddressVerdict.Bad,
        [AddressFinding.Unsubscribed] = AddressVerdict.Bad,
        [AddressFinding.Suppressed] = AddressVerdict.Bad,
    };

    /// <summary>What keeps an address from being written to, as it is found here.</summary>
    public static readonly IReadOnlyDictionary<SendBlock, AddressFinding> Blocks = new Dictionary<SendBlock, AddressFinding>
    {
        [SendBlock.Complained] = AddressFinding.Complained,
        [SendBlock.Unsubscribed] = AddressFinding.Unsubscribed,
        [SendBlock.Suppressed] = AddressFinding.Suppressed,
        [SendBlock.ContactUnsubscribed] = AddressFinding.Unsubscribed,
        [SendBlock.DoesNotExist] = AddressFinding.DoesNotExist,
        [SendBlock.MailboxFull] = AddressFinding.MailboxFull,
        [SendBlock.Unavailable] = AddressFinding.Unavailable,
    };

    /// <summary>The worst that its findings lead to.</summary>
    public AddressVerdict Verdict => Findings.Select(f => Verdicts[f]).Append(AddressVerdict.Good).Max();

    /// <summary>Looks at an address alone. Pure.</summary>
    public static AddressCheck Of(string input)
    {
        if (AddressSyntax.TryRead(input, out var address, out var forms) is { } problem)
        {
            return new("", [AddressFinding.Malformed], "", problem);
        }
        var found = new SortedSet<AddressFinding>(forms);
        var at = address.LastIndexOf('@');
        var (local, domain) = (address[..at], address[(at + 1)..]);
        var suggestion = "";
        if (!found.Contains(AddressFinding.Quoted) && AddressLists.Roles.Contains(local.Split('+')[0]))
        {
            found.Add(AddressFinding.Role);
        }
        if (!found.Contains(AddressFinding.AddressLiteral))
        {
            if (ReservedDomains.Contains(domain))
            {
                found.Add(AddressFinding.ReservedDomain);
            }
            if (Parents(domain).Any(AddressLists.Disposable.Contains))
            {
                found.Add(AddressFinding.Disposable);
            }
            else if (DomainTypos.Meant(domain) is { } meant)
            {
                found.Add(AddressFinding.LikelyTypo);
                suggestion = $"{local}@{meant}";
            }
        }
        return new(address, [.. found], suggestion);
    }

    /// <summary>Adds what happened to the address before. Pure.</summary>
    public AddressCheck With(AddressFacts facts, DateTime now)
    {
        var found = new SortedSet<AddressFinding>(Findings);
        found.UnionWith(StatusRules.Table.Where(r => r.Holds(facts, now)).Select(r => Blocks[r.Block]));
        if (facts[FactKind.Delivered] is null)
        {
            return this with { Findings = [.. found] };
        }
        // It exists, whatever it looks like.
        found.Add(AddressFinding.DeliveredBefore);
        found.Remove(AddressFinding.LikelyTypo);
        return this with { Findings = [.. found], Suggestion = "" };
    }

    /// <summary>The domain and those above it, but for the last, which is nobody's.</summary>
    private static IEnumerable<string> Parents(string domain)
    {
        for (var rest = domain; rest.Contains('.', StringComparison.Ordinal); rest = rest[(rest.IndexOf('.', StringComparison.Ordinal) + 1)..])
        {
            yield return rest;
        }
    }
}
