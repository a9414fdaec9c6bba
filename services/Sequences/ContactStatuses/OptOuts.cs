using ContactPlatform.Common.V1;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Feeds;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences.ContactStatuses;

/// <summary>Opts contacts out.</summary>
public sealed class OptOuts(SequencesDbContext db, TimeProvider time)
{
    /// <summary>Opts a contact out that is locked by the open transaction, and tells others.</summary>
    /// <param name="status">How it stands.</param>
    /// <param name="actor">Who made it known.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Position of what others are told; empty for a contact that has opted out before.</returns>
    public async Task<string> OptOutAsync(ContactStatusRow status, Actor actor, CancellationToken cancellationToken)
    {
        if (status.OptedOut)
        {
            return "";
        }
        var (contactId, version) = (status.ContactId, status.Version + 1);
        await db.ContactStatuses.Where(s => s.ContactId == contactId)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.OptedOut, true).SetProperty(s => s.Version, version), cancellationToken);
        var change = OutboxRow.Of(db.AccountId, new StreamChangesResponse
        {
            AccountId = db.AccountId,
            ChangeTime = Timestamp.FromDateTime(time.Now()),
            Actor = actor,
            ContactStatusesChanged = new() { Contacts = { new ContactStatusState { ContactId = contactId, Revision = version, OptedOut = true, CallStatus = status.CallStatus } } },
        });
        db.Outbox.Add(change);
        await db.SaveChangesAsync(cancellationToken);
        return change.Position;
    }
}
