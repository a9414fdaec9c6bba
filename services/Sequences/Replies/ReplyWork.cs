using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.Sequences;
using ContactPlatform.Sequences.V1;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences.Replies;

/// <summary>Lets replies do what they do, and keeps them with their contacts; within the open transaction.</summary>
public sealed class ReplyWork(SequencesDbContext db, EnrollmentWork work, SequenceStore sequences)
{
    /// <summary>Lets a reply do what it does in the enrolments of its contact, which is locked.</summary>
    /// <returns>Position in the feed; empty when nothing changed.</returns>
    public async Task<string> ApplyAsync(ReplyRow reply, Held held, Act act, CancellationToken cancellationToken)
    {
        var contact = held.Contacts[reply.ContactId];
        var optsOut = ReplyEffects.OptsOut(reply.Category, reply.Match, reply.CategoryTime is not null);
        var moves = new List<EnrollmentMove>();
        foreach (var enrollment in held.Of(reply.ContactId))
        {
            var settings = (await sequences.LoadAsync(enrollment.SequenceId, cancellationToken)).Settings;
            if (ReplyEffects.On(reply, optsOut, enrollment, settings, act.Time) is { } move)
            {
                moves.Add(move);
            }
        }
        return (await work.SaveAsync(held, moves, optsOut && !contact.OptedOut ? [new(contact, contact with { OptedOut = true })] : [], act, cancellationToken)).ChangeToken;
    }

    /// <summary>Drops what contacts wrote who are gone.</summary>
    public Task ForgetAsync(IReadOnlyCollection<long> contactIds, CancellationToken cancellationToken) =>
        db.Replies.Where(r => contactIds.Contains(r.ContactId)).ExecuteDeleteAsync(cancellationToken);

    /// <summary>Hands what a merged contact wrote to the survivor.</summary>
    public Task MergeAsync(long survivorId, long mergedId, CancellationToken cancellationToken) =>
        db.Replies.Where(r => r.ContactId == mergedId).ExecuteUpdateAsync(set => set.SetProperty(r => r.ContactId, survivorId), cancellationToken);
}
