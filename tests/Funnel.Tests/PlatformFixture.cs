using ContactPlatform.Contacts.V1;
using ContactPlatform.Funnel.V1;
using ContactPlatform.Testing;
using Google.Protobuf;
using Grpc.Core;
using RunState = ContactPlatform.Common.V1.RunState;

namespace ContactPlatform.Funnel.Tests;

/// <summary>Contacts and two replicas of Funnel as processes, and the clients of both.</summary>
public sealed class PlatformFixture : IAsyncLifetime
{
    private int names;
    private (long[]? Ids, long LabelId) crowd;

    public ContactsHost Contacts { get; private set; } = null!;

    public FunnelHost Funnel { get; private set; } = null!;

    /// <summary>Headers of the account that tests use.</summary>
    public Metadata Headers { get; private set; } = null!;

    /// <summary>Headers of another account.</summary>
    public Metadata OtherHeaders { get; private set; } = null!;

    public ContactService.ContactServiceClient ContactService => new(Contacts.Service.Channel);

    public TimelineService.TimelineServiceClient Timelines => new(Contacts.Service.Channel);

    public ContactMergeService.ContactMergeServiceClient Merges => new(Contacts.Service.Channel);

    public LabelService.LabelServiceClient Labels => new(Contacts.Service.Channel);

    public StageService.StageServiceClient Stages => new(Funnel.Service.Channel);

    public LabelRuleService.LabelRuleServiceClient Rules => new(Funnel.Service.Channel);

    /// <summary>The same of the second replica.</summary>
    public LabelRuleService.LabelRuleServiceClient RulesOfReplica => new(Funnel.Replicas[1].Channel);

    public LabelRulePreviewService.LabelRulePreviewServiceClient Previews => new(Funnel.Service.Channel);

    public LabelRuleUndoService.LabelRuleUndoServiceClient Undos => new(Funnel.Service.Channel);

    public FunnelReportService.FunnelReportServiceClient Reports => new(Funnel.Service.Channel);

    /// <summary>Who identifies the operators of both services.</summary>
    public IdentityProvider Operators { get; private set; } = null!;

    /// <summary>The key of their tokens.</summary>
    public TestTokens OperatorTokens { get; } = new("people-1");

    public async Task InitializeAsync()
    {
        Operators = await IdentityProvider.StartAsync(FreePort.Next(), () => [OperatorTokens.Key]);
        var servers = await HostServers.SharedAsync() with { Operators = Operators };
        Contacts = await ContactsHost.StartAsync(CancellationToken.None, servers: servers, followsFunnel: true);
        Funnel = await FunnelHost.StartAsync(Contacts, 2, CancellationToken.None, servers: servers);
        Headers = await Contacts.HeadersAsync(ContactsHost.Account, CancellationToken.None);
        OtherHeaders = await Contacts.HeadersAsync(ContactsHost.OtherAccount, CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        await Funnel.DisposeAsync();
        await Contacts.DisposeAsync();
        await Operators.DisposeAsync();
    }

    /// <summary>Headers of a person whom the operators' identity provider knows.</summary>
    public Metadata Operator(string scope, long account = ContactsHost.Account, string subject = "ines@example.com") => new()
    {
        { "authorization", $"Bearer {OperatorTokens.Token(scope, account, subject, Issuer, name: "Inês")}" },
    };

    private string Issuer => Operators.Address.ToString().TrimEnd('/');

    /// <summary>Creates contacts and returns their ids, ascending.</summary>
    public async Task<long[]> CreateContactsAsync(int count, Metadata? headers = null)
    {
        var ids = new long[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, cancellationToken) =>
            ids[i] = (await ContactService.CreateContactAsync(new() { Contact = new() { Email = NewEmail() } }, headers ?? Headers, cancellationToken: cancellationToken)).Contact.ContactId);
        Array.Sort(ids);
        return ids;
    }

    /// <summary>Imports contacts with a label, which costs a tenth of creating them one by one; their ids ascend.</summary>
    public async Task<(long[] Ids, long LabelId)> ImportContactsAsync(int count)
    {
        var label = await CreateLabelAsync();
        var imports = new ImportService.ImportServiceClient(Contacts.Service.Channel);
        using var upload = imports.UploadImport(Headers);
        await upload.RequestStream.WriteAsync(new() { Start = new() { Config = new() { LabelIds = { label } }, RequestId = NewRequestId() } });
        var file = string.Concat(Enumerable.Range(0, count).Select(_ => $"{NewEmail()}\n").Prepend("email\n"));
        await upload.RequestStream.WriteAsync(new() { Data = ByteString.CopyFromUtf8(file) });
        await upload.RequestStream.CompleteAsync();
        var import = (await upload.ResponseAsync).Import;
        using var watch = imports.WatchImport(new() { ImportId = import.ImportId }, Headers);
        await foreach (var seen in watch.ResponseStream.ReadAllAsync())
        {
            import = seen.Import;
        }
        import.Run.State.ShouldBe(RunState.Succeeded);
        using var members = Labels.StreamLabelMembers(new() { LabelId = label }, Headers);
        var ids = new List<long>();
        await foreach (var part in members.ResponseStream.ReadAllAsync())
        {
            ids.AddRange(part.ContactIds);
        }
        ids.Count.ShouldBe(count);
        return ([.. ids], label);
    }

    /// <summary>
    /// Many contacts with a label, created once for all tests that need so many. Funnel may not have heard of all: a run
    /// adds those on its way.
    /// </summary>
    public async Task<(long[] Ids, long LabelId)> CrowdAsync(int count)
    {
        if (crowd.Ids is null)
        {
            crowd = await ImportContactsAsync(count);
        }
        crowd.Ids!.Length.ShouldBe(count);
        return (crowd.Ids, crowd.LabelId);
    }

    public async Task<long> CreateContactAsync() => (await CreateContactsAsync(1))[0];

    /// <summary>Creates a label with members.</summary>
    public async Task<long> CreateLabelAsync(params long[] members)
    {
        var label = await Labels.CreateLabelAsync(new() { DisplayName = $"label {Interlocked.Increment(ref names)}" }, Headers);
        if (members.Length > 0)
        {
            await Labels.BatchAddLabelAsync(new() { LabelId = label.Label.LabelId, ContactIds = { members } }, Headers);
        }
        return label.Label.LabelId;
    }

    /// <summary>Creates a rule.</summary>
    public async Task<long> CreateRuleAsync(long labelId, Common.V1.FunnelStage stage) =>
        (await Rules.CreateLabelRuleAsync(new() { LabelRule = new() { LabelId = labelId, Stage = stage } }, Headers)).LabelRule.LabelRuleId;

    private string NewEmail() => $"person{Interlocked.Increment(ref names)}@example.com";

    /// <summary>A request id that no other call uses.</summary>
    public string NewRequestId() => $"request {Interlocked.Increment(ref names)}";

    /// <summary>Queues a run.</summary>
    public async Task<LabelRuleRun> StartRunAsync(long ruleId, string previewToken = "") =>
        (await Rules.RunLabelRuleAsync(new() { LabelRuleId = ruleId, RequestId = NewRequestId(), PreviewToken = previewToken }, Headers)).LabelRuleRun;

    /// <summary>Runs a rule to its end.</summary>
    public async Task<LabelRuleRun> RunAsync(long ruleId, string previewToken = "") => await WaitForRunAsync((await StartRunAsync(ruleId, previewToken)).Run.RunId);

    /// <summary>Undoes a run to the undo's end.</summary>
    public async Task<LabelRuleRun> UndoAsync(long runId) =>
        await WaitForRunAsync((await Undos.UndoLabelRuleRunAsync(new() { RunId = runId, RequestId = NewRequestId() }, Headers)).LabelRuleRun.Run.RunId);

    /// <summary>Waits until a run has ended.</summary>
    public async Task<LabelRuleRun> WaitForRunAsync(long runId, LabelRuleService.LabelRuleServiceClient? client = null)
    {
        LabelRuleRun run = null!;
        await UntilAsync(async () =>
        {
            run = (await (client ?? Rules).GetLabelRuleRunAsync(new() { RunId = runId }, Headers)).LabelRuleRun;
            return run.Run.State is RunState.Succeeded or RunState.Failed or RunState.Cancelled;
        });
        return run;
    }

    /// <summary>Sets a record's state and waits until Funnel has heard.</summary>
    public async Task SetRecordInactiveAsync(long contactId, bool inactive)
    {
        await ContactService.SetRecordStateAsync(new() { ContactId = contactId, RecordState = inactive ? RecordState.Inactive : RecordState.Active }, Headers);
        await UntilAsync(async () => (await StageAsync(contactId)).RecordInactive == inactive);
    }

    /// <summary>Reads where a contact stands.</summary>
    public async Task<ContactStage> StageAsync(long contactId) =>
        (await Stages.GetContactStageAsync(new() { ContactId = contactId }, Headers)).ContactStage;

    /// <summary>Locks where a contact stands, until disposed.</summary>
    public async Task<HeldRows> HoldAsync(long contactId)
    {
        // Asked for, so that Funnel has its row whether the feed has brought it or not.
        await StageAsync(contactId);
        return await HeldRows.StageAsync(Funnel.Database, contactId);
    }

    /// <summary>Reads a contact's history, oldest first.</summary>
    public async Task<List<StageChange>> HistoryAsync(long contactId) =>
        [.. (await Stages.ListStageChangesAsync(new() { ContactId = contactId, PageSize = 1000 }, Headers)).StageChanges.Reverse()];
}

/// <summary>Shares the processes among the tests that call them.</summary>
[CollectionDefinition("platform")]
public sealed class PlatformTests : ICollectionFixture<PlatformFixture>;
