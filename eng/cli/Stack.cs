using System.Text.Json;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Funnel.V1;
using ContactPlatform.LocalTools;
using ContactPlatform.Sequences.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace ContactPlatform.Cli;

/// <summary>Something that the person at the keyboard can put right; the message says how.</summary>
internal sealed class CliException(string message) : Exception(message);

/// <summary>
/// The services to talk to and the key to do it with: those of the stack that runs from this clone, unless the
/// environment names others.
/// </summary>
internal sealed class Stack : IDisposable
{
    private static readonly TimeSpan _renewBefore = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _renewal = new(1);
    private readonly GrpcChannel _contacts;
    private readonly GrpcChannel _funnel;
    private readonly GrpcChannel _deliverability;
    private readonly Lazy<GrpcChannel> _sequences;
    private readonly AccessService.AccessServiceClient _access;
    private readonly string _apiKey;
    private ExchangeApiKeyResponse? _token;

    private Stack(string contacts, string funnel, string deliverability, Func<string> sequences, string apiKey)
    {
        _apiKey = apiKey;
        // The one call without a token is the one that gets it.
        _access = new AccessService.AccessServiceClient(GrpcChannel.ForAddress(contacts));
        _contacts = Open(contacts);
        _funnel = Open(funnel);
        _deliverability = Open(deliverability);
        // Only who asks for it needs to know where it is.
        _sequences = new(() => Open(sequences()));
    }

    public ContactService.ContactServiceClient Contacts => new(_contacts);

    public LabelService.LabelServiceClient Labels => new(_contacts);

    public CustomFieldService.CustomFieldServiceClient Fields => new(_contacts);

    public ProjectionService.ProjectionServiceClient Projections => new(_contacts);

    public ImportService.ImportServiceClient Imports => new(_contacts);

    public ImportMappingService.ImportMappingServiceClient Mappings => new(_contacts);

    public ImportUndoService.ImportUndoServiceClient ImportUndos => new(_contacts);

    public ConsentService.ConsentServiceClient Consent => new(_contacts);

    public SegmentService.SegmentServiceClient Segments => new(_contacts);

    public ViewService.ViewServiceClient Views => new(_contacts);

    public ExportService.ExportServiceClient Exports => new(_contacts);

    public BulkRunService.BulkRunServiceClient Bulk => new(_contacts);

    public ContactListService.ContactListServiceClient Lists => new(_contacts);

    public ContactMergeService.ContactMergeServiceClient Merges => new(_contacts);

    public ContactErasureService.ContactErasureServiceClient Erasures => new(_contacts);

    public TimelineService.TimelineServiceClient Timelines => new(_contacts);

    public StageService.StageServiceClient Stages => new(_funnel);

    public LabelRuleService.LabelRuleServiceClient LabelRules => new(_funnel);

    public LabelRulePreviewService.LabelRulePreviewServiceClient Previews => new(_funnel);

    public LabelRuleUndoService.LabelRuleUndoServiceClient Undos => new(_funnel);

    public FunnelReportService.FunnelReportServiceClient Reports => new(_funnel);

    public SendabilityService.SendabilityServiceClient Sendability => new(_deliverability);

    public WebhookService.WebhookServiceClient Webhooks => new(_deliverability);

    public WebhookDeliveryService.WebhookDeliveryServiceClient WebhookDeliveries => new(_deliverability);

    public AddressValidationService.AddressValidationServiceClient Validations => new(_deliverability);

    public ValidationCreditService.ValidationCreditServiceClient Credits => new(_deliverability);

    public SuppressionService.SuppressionServiceClient Suppressions => new(_deliverability);

    public TransmissionService.TransmissionServiceClient Transmissions => new(_deliverability);

    public MailTemplateService.MailTemplateServiceClient MailTemplates => new(_deliverability);

    public ClassificationService.ClassificationServiceClient Classification => new(_deliverability);

    public MessageService.MessageServiceClient Messages => new(_deliverability);

    public SequenceService.SequenceServiceClient Sequences => new(_sequences.Value);

    public EnrollmentService.EnrollmentServiceClient Enrollments => new(_sequences.Value);

    public EnrollmentRunService.EnrollmentRunServiceClient EnrollmentRuns => new(_sequences.Value);

    public TaskService.TaskServiceClient Tasks => new(_sequences.Value);

    public AutomationService.AutomationServiceClient Automations => new(_sequences.Value);

    public LeadScoreRuleService.LeadScoreRuleServiceClient LeadScores => new(_sequences.Value);

    public SequenceStatisticsService.SequenceStatisticsServiceClient SequenceStatistics => new(_sequences.Value);

    public ConsistencyService.ConsistencyServiceClient Consistency => new(_sequences.Value);

    /// <summary>The service whose contracts are in such a package.</summary>
    public ChannelBase Of(string package) => package switch
    {
        "contacts" => _contacts,
        "funnel" => _funnel,
        "deliverability" => _deliverability,
        "sequences" => _sequences.Value,
        _ => throw new ArgumentOutOfRangeException(nameof(package), package, "is none of the platform's"),
    };

    /// <exception cref="CliException">Nothing is running here and the environment does not say where else.</exception>
    public static Stack Find()
    {
        var running = Read("addresses.json");
        return new Stack(
            Setting("CONTACTPLATFORM_CONTACTS", running, "contacts"),
            Setting("CONTACTPLATFORM_FUNNEL", running, "funnel"),
            Setting("CONTACTPLATFORM_DELIVERABILITY", running, "deliverability"),
            () => Setting("CONTACTPLATFORM_SEQUENCES", running, "sequences"),
            Setting("CONTACTPLATFORM_API_KEY", Read("secrets.json"), "demoApiKey"));
    }

    /// <summary>A token with at least a minute to live.</summary>
    public async Task<string> TokenAsync(CancellationToken cancellationToken)
    {
        await _renewal.WaitAsync(cancellationToken);
        try
        {
            if (_token is null || _token.ExpireTime.ToDateTimeOffset() - TimeProvider.System.GetUtcNow() < _renewBefore)
            {
                _token = await _access.ExchangeApiKeyAsync(new() { ApiKey = _apiKey }, cancellationToken: cancellationToken);
            }

            return _token.AccessToken;
        }
        finally
        {
            _renewal.Release();
        }
    }

    public void Dispose()
    {
        _contacts.Dispose();
        _funnel.Dispose();
        _deliverability.Dispose();
        if (_sequences.IsValueCreated)
        {
            _sequences.Value.Dispose();
        }

        _renewal.Dispose();
    }

    private GrpcChannel Open(string address)
    {
        var token = CallCredentials.FromInterceptor(async (context, headers) =>
            headers.Add("authorization", $"Bearer {await TokenAsync(context.CancellationToken)}"));
        var transport = address.StartsWith("https:", StringComparison.OrdinalIgnoreCase) ? ChannelCredentials.SecureSsl : ChannelCredentials.Insecure;
        return GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            Credentials = ChannelCredentials.Create(transport, token),
            // The local profile has no TLS: its addresses are this machine's own.
            UnsafeUseInsecureChannelCallCredentials = true,
        });
    }

    private static JsonElement? Read(string file)
    {
        var data = Environment.GetEnvironmentVariable("CONTACTPLATFORM_DATA") is { Length: > 0 } elsewhere ? elsewhere : Path.Combine(RepoRoot.LocalFolder, "data");
        var path = Path.Combine(data, file);
        return File.Exists(path) ? JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(path)) : null;
    }

    private static string Setting(string variable, JsonElement? json, string name)
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } given)
        {
            return given;
        }

        return json is { ValueKind: JsonValueKind.Object } settings && settings.TryGetProperty(name, out var value) && value.GetString() is { } text
            ? text
            : throw new CliException($"No stack is running from this clone: start one with `./dev run`, or set {variable} for one elsewhere.");
    }
}
