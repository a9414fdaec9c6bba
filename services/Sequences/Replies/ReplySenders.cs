using ContactPlatform.Contacts.V1;
using ContactPlatform.Sequences.DeliverabilityFeed;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Addresses;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences.Replies;

/// <summary>Who sent a reply.</summary>
/// <param name="ContactId">The contact.</param>
/// <param name="Match">How it was found.</param>
/// <param name="EnrollmentId">The enrolment whose mail is answered; 0 where none is named.</param>
/// <param name="MessageId">That mail, else the last that the contact got; 0 for none.</param>
public sealed record ReplySender(long ContactId, ReplyMatch Match, long EnrollmentId, long MessageId);

/// <summary>Finds the contact that a reply is from: the one that is named, the one that has the address, the one whose thread it is, the one who forwarded.</summary>
public sealed class ReplySenders(SequencesDbContext db, ContactService.ContactServiceClient contacts, PhoneOwners phones, ContactsCalls calls)
{
    /// <summary>Addresses of a quotation that Contacts is asked for: who forwarded stands near its beginning.</summary>
    private const int AskedAddresses = 4;

    /// <summary>Finds the contact, and the mail of ours that is answered.</summary>
    /// <returns>The contact and how it was found; null when nobody is known.</returns>
    /// <exception cref="RefusalException">CONTACT_NOT_FOUND for one that was named, SERVICE_UNAVAILABLE.</exception>
    public async Task<ReplySender?> FindAsync(ReplyInput input, CancellationToken cancellationToken)
    {
        var answered = await AnsweredAsync(input.Thread, cancellationToken);
        if (await ContactAsync(input, answered, cancellationToken) is not var (contactId, match))
        {
            return null;
        }
        if (answered?.ContactId == contactId)
        {
            return new(contactId, match, answered.EnrollmentId, answered.MessageId);
        }
        var last = await db.StepMessages.Where(m => m.ContactId == contactId).OrderByDescending(m => m.MessageId).Select(m => (long?)m.MessageId).FirstOrDefaultAsync(cancellationToken);
        return new(contactId, match, 0, last ?? 0);
    }

    /// <summary>The mail of a step that is answered, the nearest of several; null for none.</summary>
    private async Task<StepMessageRow?> AnsweredAsync(IReadOnlyList<string> thread, CancellationToken cancellationToken)
    {
        var ids = thread.ToList();
        var found = ids.Count == 0 ? [] : await db.StepMessages.AsNoTracking().Where(m => m.MessageReference != "" && ids.Contains(m.MessageReference)).ToListAsync(cancellationToken);
        return found.Where(m => m.ContactId > 0).MinBy(m => ids.FindIndex(id => string.Equals(id, m.MessageReference, StringComparison.OrdinalIgnoreCase)));
    }

    private async Task<(long ContactId, ReplyMatch Match)?> ContactAsync(ReplyInput input, StepMessageRow? answered, CancellationToken cancellationToken)
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
        if (input.Reply.IsSms && await phones.FindAsync(input.From, cancellationToken) is { } owner)
        {
            return (owner, ReplyMatch.Address);
        }
        if (answered is not null)
        {
            return (answered.ContactId, ReplyMatch.Thread);
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
