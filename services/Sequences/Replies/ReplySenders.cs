using ContactPlatform.Contacts.V1;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Addresses;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences.Replies;

/// <summary>Finds the contact that a reply is from: the one that is named, the one that has the address, the one whose thread it is, the one who forwarded.</summary>
public sealed class ReplySenders(SequencesDbContext db, ContactService.ContactServiceClient contacts, ContactsCalls calls)
{
    /// <summary>Addresses of a quotation that Contacts is asked for: who forwarded stands near its beginning.</summary>
    private const int AskedAddresses = 4;

    /// <summary>Finds the contact.</summary>
    /// <returns>The contact and how it was found; null when nobody is known.</returns>
    /// <exception cref="RefusalException">CONTACT_NOT_FOUND for one that was named, SERVICE_UNAVAILABLE.</exception>
    public async Task<(long ContactId, ReplyMatch Match)?> FindAsync(ReplyInput input, CancellationToken cancellationToken)
    {
        if (input.ContactId > 0)
        {
            return await AskAsync(new() { ContactId = input.ContactId }, cancellationToken) is { } given ? (given, ReplyMatch.Given)
                : throw new RefusalException(new Refusal(SequencesReasons.ContactNotFound, $"there is no contact {input.ContactId}").With("contact_id", input.ContactId));
        }
        if (input.From.Length > 0 && await AskAsync(EmailAddress.IsEmail(input.From) ? new() { Email = input.From } : new() { Phone = input.From }, cancellationToken) is { } sender)
        {
            return (sender, ReplyMatch.Address);
        }
        var thread = input.Thread.ToList();
        if (thread.Count > 0 && await db.Replies.Where(r => thread.Contains(r.MessageReference)).OrderByDescending(r => r.ReplyId).Select(r => (long?)r.ContactId).FirstOrDefaultAsync(cancellationToken) is { } earlier)
        {
            return (earlier, ReplyMatch.Thread);
        }
        foreach (var address in input.Reply.IsSms ? [] : MailThread.Addresses(QuotedText.Split(input.Reply.Text).Quoted).Take(AskedAddresses))
        {
            if (await AskAsync(new() { Email = address }, cancellationToken) is { } forwarder)
            {
                return (forwarder, ReplyMatch.Forwarded);
            }
        }
        return null;
    }

    private async Task<long?> AskAsync(GetContactRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return (await calls.AskAsync(db.AccountId, options => contacts.GetContactAsync(request, options), cancellationToken)).Contact.ContactId;
        }
        // A phone that is none is nobody's.
        catch (RpcException e) when (e.StatusCode is StatusCode.NotFound or StatusCode.InvalidArgument)
        {
            return null;
        }
    }
}
