using ContactPlatform.Contacts.FunnelProjection;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Feeds;
using ContactPlatform.ServiceDefaults.Paging;
using ContactPlatform.ServiceDefaults.Requests;
using ContactPlatform.ServiceDefaults.Runs;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Projections;

/// <summary>Serves ProjectionService. Where no address of a service is configured there is no projection of it.</summary>
public sealed partial class ProjectionEndpoint(ContactsDbContext db, IEnumerable<IProjectionFeed> feeds, FeedWait wait, RunStore runs, RequestIds requests, IdSequence ids, TimeProvider time, ILogger<ProjectionEndpoint> logger)
    : V1.ProjectionService.ProjectionServiceBase
{
    private readonly IReadOnlyList<IProjectionFeed> followed = [.. feeds.OrderBy(f => f.Tables.Source, StringComparer.Ordinal)];

    /// <inheritdoc/>
    public override async Task<V1.ListProjectionsResponse> ListProjections(V1.ListProjectionsRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var page = Page.Read(request.PageSize, request.PageToken, violations, nameof(ListProjections));
        violations.ThrowIfAny();
        var (shown, next) = page.Cut([.. followed.Index().Where(f => page.After is not { } last || f.Index > last).Take(page.Size + 1)], f => f.Index);
        var reply = new V1.ListProjectionsResponse { NextPageToken = next };
        foreach (var (_, feed) in shown)
        {
            reply.Projections.Add(await ShowAsync(feed, context.CancellationToken));
        }
        return reply;
    }

    /// <inheritdoc/>
    public override async Task<V1.GetProjectionResponse> GetProjection(V1.GetProjectionRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        FeedWait.Check(request.ChangeToken, "change_token", violations);
        var found = Find(request.Source, violations);
        await wait.AppliedAsync(found.Tables.Source, request.ChangeToken, context.CancellationToken);
        return new() { Projection = await ShowAsync(found, context.CancellationToken) };
    }

    /// <inheritdoc/>
    public override async Task<V1.RebuildProjectionResponse> RebuildProjection(V1.RebuildProjectionRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var violations = new Violations();
        var requestId = violations.RequestId(request.RequestId);
        var number = Find(request.Source, violations).Tables.Number;
        var caller = Caller.Of(context);
        var (id, _) = await requests.OnceAsync(caller, nameof(RebuildProjection), requestId, new V1.RebuildProjectionRequest { Source = request.Source }, async () =>
        {
            var run = runs.New(await ids.NextRisingAsync(cancel), RebuildExecutor.RunKind, number, caller);
            db.Runs.Add(run);
            return run.RunId;
        }, cancel);
        runs.Queued();
        return new() { Run = (await runs.GetAsync(id, RebuildExecutor.RunKind, cancel)).ToProto() };
    }

    /// <inheritdoc/>
    public override async Task<V1.GetProjectionRebuildResponse> GetProjectionRebuild(V1.GetProjectionRebuildRequest request, ServerCallContext context) =>
        new() { Run = (await runs.GetAsync(ReadId(request.RunId), RebuildExecutor.RunKind, context.CancellationToken)).ToProto() };

    /// <inheritdoc/>
    public override async Task<V1.CancelProjectionRebuildResponse> CancelProjectionRebuild(V1.CancelProjectionRebuildRequest request, ServerCallContext context) =>
        new() { Run = (await runs.CancelAsync(ReadId(request.RunId), RebuildExecutor.RunKind, context.CancellationToken)).ToProto() };

    /// <inheritdoc/>
    public override async Task WatchProjectionRebuild(V1.WatchProjectionRebuildRequest request, IServerStreamWriter<V1.WatchProjectionRebuildResponse> responseStream, ServerCallContext context)
    {
        await foreach (var run in runs.WatchAsync(ReadId(request.RunId), RebuildExecutor.RunKind, null, context.CancellationToken))
        {
            await responseStream.WriteAsync(new() { Run = run.ToProto() }, context.CancellationToken);
        }
    }

    private IProjectionFeed Find(string source, Violations violations)
    {
        violations.Check(source.Length > 0, "source", $"is empty; expected the name of a projection, such as {FunnelFeed.Source}");
        violations.ThrowIfAny();
        return followed.SingleOrDefault(f => f.Tables.Source == source)
            ?? throw new RefusalException(new Refusal(ContactsReasons.ProjectionNotFound, "there is no such projection").With("allowed", string.Join(", ", followed.Select(f => f.Tables.Source))));
    }

    private async Task<V1.Projection> ShowAsync(IProjectionFeed feed, CancellationToken cancellationToken)
    {
        var source = feed.Tables.Source;
        var row = await db.FeedPositions.AsNoTracking().SingleOrDefaultAsync(p => p.Source == source, cancellationToken);
        var shown = new V1.Projection { Source = source, Position = row?.Position ?? "" };
        if (row is { Position.Length: > 0 })
        {
            shown.ApplyTime = Timestamp.FromDateTime(row.ApplyTime);
        }
        try
        {
            var backlog = await feed.BacklogAsync(shown.Position, cancellationToken);
            shown.PendingCount = backlog.ChangeCount;
            var age = backlog.OldestChangeTime is { } oldest ? time.GetUtcNow() - oldest : TimeSpan.Zero;
            shown.Lag = Duration.FromTimeSpan(age > TimeSpan.Zero ? age : TimeSpan.Zero);
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            // Then how far behind is not known, and the answer says so by leaving it out. Whatever the other service says: what stands
            // here is known all the same, and asked for most when that one is not well.
            LogUnknown(feed.Tables.Source, e.StatusCode, e);
        }
        return shown;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Source} does not say what is to come: {Code}")]
    private partial void LogUnknown(string source, StatusCode code, Exception exception);

    private static long ReadId(long runId)
    {
        var violations = new Violations();
        violations.Id(runId, "run_id");
        violations.ThrowIfAny();
        return runId;
    }
}
