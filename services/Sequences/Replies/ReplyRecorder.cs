using ContactPlatform.Common.V1;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences.Replies;

/// <summary>What became of a reply.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Row">The reply, where it is stored.</param>
/// <param name="ChangeToken">Position of what others are told; empty for nothing.</param>
public readonly record struct Recorded(RecordOutcome Outcome, ReplyRow? Row = null, string ChangeToken = "");

/// <summary>Stores replies, whichever way they came, and lets them do what they do.</summary>
public sealed class ReplyRecorder(SequencesDbContext db, ReplySenders senders, EnrollmentWork enrollments, ReplyWork work, IdSequence ids, TimeProvider time)
{
    /// <summary>Records a reply.</summary>
    /// <exception cref="RefusalException">CONTACT_NOT_FOUND, SERVICE_UNAVAILABLE.</exception>
    public async Task<Recorded> RecordAsync(ReplyInput input, Actor actor, CancellationToken cancellationToken)
    {
        if (input.NoReply is { } outcome)
        {
            return new(outcome);
        }
        var hash = ReplyRow.Hash(input.Source, input.Key);
        if (await FindAsync(hash, cancellationToken) is { } known)
        {
            return new(RecordOutcome.Duplicate, known);
        }
        if (await senders.FindAsync(input, cancellationToken) is not var (contactId, match, enrollmentId, messageId))
        {
            return new(RecordOutcome.Unmatched);
        }
        var verdict = ReplyClassifier.Classify(input.Reply);
        var replyId = await ids.NextAsync(cancellationToken);
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        var held = await enrollments.LockAsync([contactId], [contactId], cancellationToken);
        if (held.Contacts[contactId].Deleted)
        {
            return new(RecordOutcome.Unmatched);
        }
        // Whoever hands in the same at the same time waits for the contact's lock, and finds it here.
        if (await FindAsync(hash, cancellationToken) is { } other)
        {
            return new(RecordOutcome.Duplicate, other);
        }
        var now = time.Now();
        var row = new ReplyRow
        {
            AccountId = db.AccountId,
            ReplyId = replyId,
            KeyHash = hash,
            ContactId = contactId,
            Channel = input.Reply.IsSms ? ReplyChannel.Sms : ReplyChannel.Email,
            Source = input.Source,
            MessageReference = ReplyInput.Clean(input.MessageId, ServiceDefaults.Mime.MailIds.MaximumLength),
            Match = match,
            EnrollmentId = enrollmentId,
            MessageId = messageId,
            Category = verdict.Category,
            RuleCategory = verdict.Category,
            RuleId = verdict.RuleId,
            RuleVersion = ReplyClassifier.Version,
            Automatic = verdict.Automatic,
            NeedsPerson = ReplyEffects.NeedsPerson(verdict, match),
            ReturnKnowledge = verdict.Return.Knowledge,
            ReturnDate = verdict.Return.Day,
            Subject = ReplyInput.Clean(input.Reply.Subject, ReplyRow.MaximumSubject),
            Text = ReplyInput.Clean(QuotedText.Split(input.Reply.Text).Own, ReplyRow.MaximumText),
            ReceiveTime = now,
        };
        db.Replies.Add(row);
        await db.SaveChangesAsync(cancellationToken);
        var position = await work.ApplyAsync(row, held, new(actor, now), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new(RecordOutcome.Recorded, row, position);
    }

    private Task<ReplyRow?> FindAsync(Guid hash, CancellationToken cancellationToken) => db.Replies.AsNoTracking().SingleOrDefaultAsync(r => r.KeyHash == hash, cancellationToken);
}
