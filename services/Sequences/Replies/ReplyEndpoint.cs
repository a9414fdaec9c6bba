using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences.Replies;

/// <summary>Serves ReplyService.</summary>
public sealed class ReplyEndpoint(SequencesDbContext db, ReplyRecorder recorder, EnrollmentWork enrollments, ReplyWork work, TimeProvider time) : ReplyService.ReplyServiceBase
{
    /// <inheritdoc/>
    public override async Task<RecordReplyResponse> RecordReply(RecordReplyRequest request, ServerCallContext context)
    {
        var recorded = await recorder.RecordAsync(ReplyProto.Read(request, time.Now()), Caller.Of(context).Actor, context.CancellationToken);
        return new() { Outcome = recorded.Outcome, Reply = recorded.Row?.ToProto(), ChangeToken = recorded.ChangeToken };
    }

    /// <inheritdoc/>
    public override async Task<GetReplyResponse> GetReply(GetReplyRequest request, ServerCallContext context) =>
        new() { Reply = (await LoadAsync(Id(request.ReplyId), context.CancellationToken)).ToProto() };

    /// <inheritdoc/>
    public override async Task<ListRepliesResponse> ListReplies(ListRepliesRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var (contact, category, open) = (request.ContactId, request.Category, request.NeedsPersonOnly);
        violations.Check(contact >= 0, "contact_id", $"is {contact}; expected a positive id, or 0 for all contacts");
        violations.Check(Enum.IsDefined(category), "category", $"is {(int)category}; expected one of ReplyCategory");
        var page = Page.Read(request.PageSize, request.PageToken, violations, nameof(ListReplies), contact, category, open ? 1 : 0);
        violations.ThrowIfAny();
        var before = page.After ?? long.MaxValue;
        var replies = db.Replies.AsNoTracking().Where(r => r.ReplyId < before);
        replies = contact > 0 ? replies.Where(r => r.ContactId == contact) : replies;
        replies = category != ReplyCategory.Unspecified ? replies.Where(r => r.Category == category) : replies;
        replies = open ? replies.Where(r => r.NeedsPerson) : replies;
        var (rows, next) = page.Cut(await replies.OrderByDescending(r => r.ReplyId).Take(page.Size + 1).ToListAsync(context.CancellationToken), r => r.ReplyId);
        return new() { Replies = { rows.Select(r => r.ToProto()) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<SetReplyCategoryResponse> SetReplyCategory(SetReplyCategoryRequest request, ServerCallContext context)
    {
        var (category, actor, cancel) = (request.Category, Caller.Of(context).Actor, context.CancellationToken);
        var violations = new Violations();
        var id = violations.Id(request.ReplyId, "reply_id");
        violations.Check(Enum.IsDefined(category) && category is not (ReplyCategory.Unspecified or ReplyCategory.Uncategorised), "category", $"is {(int)category}; expected one of ReplyCategory that says what the reply means");
        violations.ThrowIfAny();
        var contactId = (await LoadAsync(id, cancel)).ContactId;
        await using var transaction = await db.BeginBulkAsync(cancel);
        var held = await enrollments.LockAsync([contactId], [contactId], cancel);
        var row = await db.Replies.SingleOrDefaultAsync(r => r.ReplyId == id, cancel) ?? throw Missing(id);
        if (Etag.Check(request.Etag, row.Version) is { } refusal)
        {
            throw new RefusalException(refusal);
        }
        var (act, position) = (Act.Of(Caller.Of(context), time), "");
        if (row.CategoryTime is null || row.Category != category)
        {
            (row.Category, row.NeedsPerson, row.CategoryTime) = (category, false, act.Time);
            (row.ActorKind, row.ActorSubject, row.ActorName) = (actor.Kind, actor.Subject, actor.DisplayName);
            row.Version++;
            await db.SaveChangesAsync(cancel);
            position = await work.ApplyAsync(row, held, act, cancel);
        }
        await transaction.CommitAsync(cancel);
        return new() { Reply = row.ToProto(), ChangeToken = position };
    }

    private static long Id(long replyId)
    {
        var violations = new Violations();
        violations.Id(replyId, "reply_id");
        violations.ThrowIfAny();
        return replyId;
    }

    private async Task<ReplyRow> LoadAsync(long id, CancellationToken cancellationToken) =>
        await db.Replies.AsNoTracking().SingleOrDefaultAsync(r => r.ReplyId == id, cancellationToken) ?? throw Missing(id);

    private static RefusalException Missing(long id) => new(new Refusal(SequencesReasons.ReplyNotFound, $"there is no reply {id}").With("reply_id", id));
}
