using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using ContactPlatform.ServiceDefaults.Requests;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences.ReplyWebhooks;

/// <summary>Serves ReplyWebhookService.</summary>
public sealed class ReplyWebhookEndpoint(SequencesDbContext db, RequestIds requests, IdSequence ids, TimeProvider time) : ReplyWebhookService.ReplyWebhookServiceBase
{
    /// <summary>Webhooks of an account.</summary>
    public const int MaximumOfAccount = 20;

    /// <inheritdoc/>
    public override async Task<CreateReplyWebhookResponse> CreateReplyWebhook(CreateReplyWebhookRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var violations = new Violations();
        var name = violations.Text(request.DisplayName, "display_name", 100, 1);
        var requestId = violations.RequestId(request.RequestId);
        violations.ThrowIfAny();
        var token = ReplyWebhookRow.NewToken();
        var (id, created) = await requests.OnceAsync(Caller.Of(context), nameof(CreateReplyWebhook), requestId, new CreateReplyWebhookRequest(request) { RequestId = "" }, async () =>
        {
            if (await db.ReplyWebhooks.CountAsync(cancel) >= MaximumOfAccount)
            {
                throw new RefusalException(new Refusal(SequencesReasons.ReplyWebhookLimit, $"the account has {MaximumOfAccount} webhooks; delete one first").With("limit", MaximumOfAccount));
            }
            var made = new ReplyWebhookRow { AccountId = db.AccountId, ReplyWebhookId = await ids.NextAsync(cancel), DisplayName = name, TokenHash = ReplyWebhookRow.Hash(token), CreateTime = time.Now() };
            db.ReplyWebhooks.Add(made);
            return made.ReplyWebhookId;
        }, cancel);
        var row = await db.ReplyWebhooks.SingleOrDefaultAsync(w => w.ReplyWebhookId == id, cancel) ?? throw new RefusalException(NotFound(id));
        if (!created)
        {
            row.TokenHash = ReplyWebhookRow.Hash(token);
            await db.SaveChangesAsync(cancel);
        }
        return new() { ReplyWebhook = row.ToProto(), Path = ReplyWebhookHttp.Path + token };
    }

    /// <inheritdoc/>
    public override async Task<ListReplyWebhooksResponse> ListReplyWebhooks(ListReplyWebhooksRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var page = Page.Read(request.PageSize, request.PageToken, violations, nameof(ListReplyWebhooks));
        violations.ThrowIfAny();
        var after = page.After ?? 0;
        var (rows, next) = page.Cut(await db.ReplyWebhooks.AsNoTracking().Where(w => w.ReplyWebhookId > after).OrderBy(w => w.ReplyWebhookId).Take(page.Size + 1).ToListAsync(context.CancellationToken), w => w.ReplyWebhookId);
        return new() { ReplyWebhooks = { rows.Select(w => w.ToProto()) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<DeleteReplyWebhookResponse> DeleteReplyWebhook(DeleteReplyWebhookRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Id(request.ReplyWebhookId, "reply_webhook_id");
        violations.ThrowIfAny();
        return await db.ReplyWebhooks.Where(w => w.ReplyWebhookId == id).ExecuteDeleteAsync(context.CancellationToken) > 0 ? new()
            : throw new RefusalException(NotFound(id));
    }

    private static Refusal NotFound(long id) => new Refusal(SequencesReasons.ReplyWebhookNotFound, $"there is no webhook {id}").With("reply_webhook_id", id);
}
