using ContactPlatform.Sequences.ContactFeed;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using ContactPlatform.ServiceDefaults.Requests;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences.Sequences;

/// <summary>Serves SequenceService.</summary>
public sealed class SequenceEndpoint(SequencesDbContext db, SequenceStore store, ContactReader contacts, RequestIds requests, IdSequence ids, TimeProvider time) : SequenceService.SequenceServiceBase
{
    private static readonly string[] Changeable = ["display_name", "owner_subject", "visibility", "steps", "settings"];

    /// <inheritdoc/>
    public override async Task<CreateSequenceResponse> CreateSequence(CreateSequenceRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var violations = new Violations();
        var sent = request.Sequence ?? new();
        var body = new CreateSequenceRequest(request) { RequestId = "" };
        var requestId = violations.RequestId(request.RequestId);
        var name = violations.Name(sent.DisplayName);
        var visibility = violations.Visibility(sent.Visibility, required: false);
        violations.OutputOnly(sent);
        violations.Steps(sent.Steps, [], StepOrder.Read(""));
        var settings = violations.Settings(sent.Settings);
        violations.ThrowIfAny();
        var caller = Caller.Of(context);
        var (id, _) = await requests.OnceAsync(caller, nameof(CreateSequence), requestId, body, async () =>
        {
            var now = time.Now();
            await NumberAsync(sent.Steps, cancel);
            var row = new SequenceRow
            {
                AccountId = caller.AccountId,
                SequenceId = await ids.NextAsync(cancel),
                DisplayName = name,
                OwnerSubject = caller.Actor.Subject,
                Visibility = visibility,
                State = SequenceState.Draft,
                ContentVersion = 1,
                StepOrder = StepOrder.Read("").With([.. sent.Steps.Select(s => s.StepId)]).ToString(),
                CreateTime = now,
                UpdateTime = now,
            };
            db.Sequences.Add(row);
            db.SequenceVersions.Add(Version(row, sent.Steps, settings, caller));
            return row.SequenceId;
        }, cancel);
        return new() { Sequence = await ShowAsync(id, cancel) };
    }

    /// <inheritdoc/>
    public override async Task<GetSequenceResponse> GetSequence(GetSequenceRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Id(request.SequenceId, "sequence_id");
        violations.Check(request.Version >= 0, "version", $"is {request.Version}; expected a version, or 0 for the present one");
        violations.ThrowIfAny();
        var row = await store.GetAsync(id, context.CancellationToken);
        var number = request.Version == 0 ? row.ContentVersion : request.Version;
        var version = await db.SequenceVersions.AsNoTracking().SingleOrDefaultAsync(v => v.SequenceId == id && v.ContentVersion == number, context.CancellationToken)
            ?? throw new RefusalException(new Refusal(SequencesReasons.SequenceNotFound, $"sequence {id} has no version {number}").With("sequence_id", id).With("version", number));
        return new() { Sequence = row.ToProto(version) };
    }

    /// <inheritdoc/>
    public override async Task<ListSequencesResponse> ListSequences(ListSequencesRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        violations.Check(Enum.IsDefined(request.State), "state", $"is {(int)request.State}; expected a state, or none for all");
        var page = Page.Read(request.PageSize, request.PageToken, violations, nameof(ListSequences), request.State);
        violations.ThrowIfAny();
        var (after, state) = (page.After ?? 0, request.State);
        var (rows, next) = page.Cut(await db.Sequences.AsNoTracking().Where(s => s.SequenceId > after && (state == SequenceState.Unspecified || s.State == state))
            .OrderBy(s => s.SequenceId).Take(page.Size + 1).ToListAsync(context.CancellationToken), s => s.SequenceId);
        return new() { Sequences = { rows.Select(r => r.ToProto(null)) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<UpdateSequenceResponse> UpdateSequence(UpdateSequenceRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var violations = new Violations();
        var sent = request.Sequence ?? new();
        var id = violations.Id(sent.SequenceId, "sequence.sequence_id");
        var mask = violations.UpdateMask(request.UpdateMask, Changeable);
        violations.ThrowIfAny();
        var caller = Caller.Of(context);
        var row = await OwnAsync(id, sent.Etag, caller, cancel);
        var before = (await store.FindAsync(id, cancel))!;
        var order = StepOrder.Read(row.StepOrder);
        if (mask.Contains("steps"))
        {
            violations.Steps(sent.Steps, before.Steps, order);
        }
        var settings = mask.Contains("settings") ? violations.Settings(sent.Settings) : before.Settings;
        row.DisplayName = mask.Contains("display_name") ? violations.Name(sent.DisplayName) : row.DisplayName;
        row.OwnerSubject = mask.Contains("owner_subject") ? violations.Text(sent.OwnerSubject, "sequence.owner_subject", SequenceLimits.Name, 1) : row.OwnerSubject;
        row.Visibility = mask.Contains("visibility") ? violations.Visibility(sent.Visibility, required: true) : row.Visibility;
        violations.ThrowIfAny();
        var steps = mask.Contains("steps") ? sent.Steps : before.Steps;
        RefusalException.ThrowIf(SequenceDecisions.Update(row.State, [.. steps], settings));
        if (mask.Contains("steps") || mask.Contains("settings"))
        {
            await NumberAsync(steps, cancel);
            row.StepOrder = order.With([.. steps.Select(s => s.StepId)]).ToString();
            row.ContentVersion++;
            db.SequenceVersions.Add(Version(row, steps, settings, caller));
        }
        return new() { Sequence = await SaveAsync(row, cancel) };
    }

    /// <inheritdoc/>
    public override async Task<ListSequenceVersionsResponse> ListSequenceVersions(ListSequenceVersionsRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Id(request.SequenceId, "sequence_id");
        var page = Page.Read(request.PageSize, request.PageToken, violations, nameof(ListSequenceVersions), id);
        violations.ThrowIfAny();
        await store.GetAsync(id, context.CancellationToken);
        var before = page.After ?? long.MaxValue;
        var (rows, next) = page.Cut(await db.SequenceVersions.AsNoTracking().Where(v => v.SequenceId == id && v.ContentVersion < before)
            .OrderByDescending(v => v.ContentVersion).Take(page.Size + 1).ToListAsync(context.CancellationToken), v => v.ContentVersion);
        return new() { Versions = { rows.Select(r => r.ToProto()) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<ActivateSequenceResponse> ActivateSequence(ActivateSequenceRequest request, ServerCallContext context) =>
        new() { Sequence = await MoveAsync(request.SequenceId, request.Etag, SequenceState.Active, context) };

    /// <inheritdoc/>
    public override async Task<PauseSequenceResponse> PauseSequence(PauseSequenceRequest request, ServerCallContext context) =>
        new() { Sequence = await MoveAsync(request.SequenceId, request.Etag, SequenceState.Paused, context) };

    /// <inheritdoc/>
    public override async Task<ArchiveSequenceResponse> ArchiveSequence(ArchiveSequenceRequest request, ServerCallContext context) =>
        new() { Sequence = await MoveAsync(request.SequenceId, request.Etag, SequenceState.Archived, context) };

    /// <inheritdoc/>
    public override async Task<PreviewSequenceResponse> PreviewSequence(PreviewSequenceRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Id(request.SequenceId, "sequence_id");
        var contactId = violations.Id(request.ContactId, "contact_id");
        violations.ThrowIfAny();
        var sequence = await store.LoadAsync(id, context.CancellationToken);
        var contact = await contacts.GetAsync(contactId, context.CancellationToken);
        return new() { Steps = { sequence.Steps.Select(s => StepTemplates.Preview(s, contact)) }, MissingVariables = { sequence.Missing(0, contact) } };
    }

    private async Task<Sequence> MoveAsync(long sequenceId, string etag, SequenceState to, ServerCallContext context)
    {
        var violations = new Violations();
        violations.Id(sequenceId, "sequence_id");
        violations.ThrowIfAny();
        var row = await OwnAsync(sequenceId, etag, Caller.Of(context), context.CancellationToken);
        var content = (await store.FindAsync(sequenceId, context.CancellationToken))!;
        RefusalException.ThrowIf(SequenceDecisions.Move(row.State, to, content.Steps, content.Settings));
        if (row.State == to)
        {
            return await ShowAsync(sequenceId, context.CancellationToken);
        }
        row.State = to;
        return await SaveAsync(row, context.CancellationToken);
    }

    /// <summary>Finds a sequence that the caller may change.</summary>
    private async Task<SequenceRow> OwnAsync(long sequenceId, string etag, Caller caller, CancellationToken cancellationToken)
    {
        var row = await store.GetAsync(sequenceId, cancellationToken);
        RefusalException.ThrowIf(SequenceDecisions.IsClosedTo(row, caller.Actor.Subject) ? SequenceDecisions.NotOwner(sequenceId) : null);
        RefusalException.ThrowIf(Etag.Check(etag, row.Version));
        return row;
    }

    private async Task<Sequence> SaveAsync(SequenceRow row, CancellationToken cancellationToken)
    {
        row.UpdateTime = time.Now();
        row.Version++;
        // Somebody else's change in between is an ETAG_MISMATCH.
        await db.SaveChangesAsync(cancellationToken);
        return row.ToProto(await store.VersionAsync(row, cancellationToken));
    }

    private async Task<Sequence> ShowAsync(long sequenceId, CancellationToken cancellationToken)
    {
        var row = await store.GetAsync(sequenceId, cancellationToken);
        return row.ToProto(await store.VersionAsync(row, cancellationToken));
    }

    private async Task NumberAsync(IEnumerable<Step> steps, CancellationToken cancellationToken)
    {
        foreach (var step in steps.Where(s => s.StepId == 0))
        {
            step.StepId = await ids.NextAsync(cancellationToken);
        }
    }

    private SequenceVersionRow Version(SequenceRow row, IReadOnlyCollection<Step> steps, SequenceSettings settings, Caller caller) => new()
    {
        AccountId = row.AccountId,
        SequenceId = row.SequenceId,
        ContentVersion = row.ContentVersion,
        CreateTime = time.Now(),
        StepCount = steps.Count,
        Content = SequenceProto.Content(steps, settings),
        ActorKind = caller.Actor.Kind,
        ActorSubject = caller.Actor.Subject,
        ActorName = caller.Actor.DisplayName,
    };
}
