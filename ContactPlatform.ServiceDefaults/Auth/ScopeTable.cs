using System.Collections.Frozen;
using System.Security.Claims;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.ServiceDefaults.Auth;

/// <summary>Scopes that a token can carry.</summary>
public static class Scopes
{
    /// <summary>Read contacts, labels and imports.</summary>
    public const string ContactsRead = "contacts.read";

    /// <summary>Change contacts and labels, and import.</summary>
    public const string ContactsWrite = "contacts.write";

    /// <summary>Erase contacts, and let erased addresses in again.</summary>
    public const string ContactsErase = "contacts.erase";

    /// <summary>Subscribe contacts again that were unsubscribed.</summary>
    public const string ContactsResubscribe = "contacts.resubscribe";

    /// <summary>Issue and revoke API keys, and rebuild projections.</summary>
    public const string AccessAdmin = "access.admin";

    /// <summary>Read stages, histories, label rules, runs and reports.</summary>
    public const string FunnelRead = "funnel.read";

    /// <summary>Move contacts, and run label rules.</summary>
    public const string FunnelWrite = "funnel.write";

    /// <summary>Read what is known of addresses, and who may be written to.</summary>
    public const string DeliverabilityRead = "deliverability.read";

    /// <summary>Put addresses on the suppression list.</summary>
    public const string DeliverabilityWrite = "deliverability.write";

    /// <summary>Lead addresses back: take them off the suppression list, and clear facts that are wrong.</summary>
    public const string DeliverabilityClear = "deliverability.clear";

    /// <summary>Send messages.</summary>
    public const string DeliverabilitySend = "deliverability.send";

    /// <summary>Grant credits, with which an account pays for validations of addresses.</summary>
    public const string CreditsGrant = "credits.grant";

    /// <summary>Read sequences, enrolments and their histories.</summary>
    public const string SequencesRead = "sequences.read";

    /// <summary>Change sequences, enrol contacts, and set their statuses.</summary>
    public const string SequencesWrite = "sequences.write";

    /// <summary>Follow the change feeds of all accounts; only services have it.</summary>
    public const string ChangesRead = "changes.read";

    /// <summary>What an API key can be given.</summary>
    public static readonly FrozenSet<string> Grantable = FrozenSet.Create(ContactsRead, ContactsWrite, ContactsErase, ContactsResubscribe, AccessAdmin, FunnelRead, FunnelWrite,
        DeliverabilityRead, DeliverabilityWrite, DeliverabilityClear, DeliverabilitySend, CreditsGrant, SequencesRead, SequencesWrite);

    /// <summary>What a service's own token carries while it works for an account.</summary>
    public static readonly FrozenSet<string> ForServices = FrozenSet.Create(ContactsRead, ContactsWrite, FunnelRead, FunnelWrite, DeliverabilityRead, DeliverabilitySend);
}

/// <summary>
/// Names the scope that each method asks for. A method that is missing here can be called by nobody, and a test says so.
/// </summary>
/// <param name="Required">Scope by full method name, `/package.Service/Method`; empty for the methods open to anybody.</param>
public sealed record ScopeTable(IReadOnlyDictionary<string, string> Required)
{
    /// <summary>Says that a method needs no token.</summary>
    public const string Open = "";

    /// <summary>Checks that a token has a scope: what the table names for its method, or what depends on the request besides.</summary>
    /// <param name="user">Whose token it is.</param>
    /// <param name="scope">The scope.</param>
    /// <exception cref="RefusalException">SCOPE_MISSING.</exception>
    public static void Require(ClaimsPrincipal user, string scope)
    {
        var scopes = (user.FindFirst(PlatformClaims.Scope)?.Value ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)
            // What is for services only, no identity provider can give to a person.
            .Where(s => Caller.IsPlatform(user) || Scopes.Grantable.Contains(s));
        if (!scopes.Contains(scope))
        {
            throw new RefusalException(new Refusal(CommonReasons.ScopeMissing, $"the token lacks the scope {scope}").With("required", scope));
        }
    }
}
