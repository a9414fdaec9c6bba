using Grpc.Core;
using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ContactPlatform;

/// <summary>Adds typed clients of the platform's services, for callers written in .NET.</summary>
public static class ContactPlatformClients
{
    /// <summary>
    /// Calls that answer UNAVAILABLE are tried again, 4 times in all with 0.1 s to 2 s between: everything that answers so
    /// has done nothing, and what must not be done twice carries a request_id.
    /// </summary>
    private static readonly ServiceConfig Retries = new()
    {
        MethodConfigs =
        {
            new MethodConfig
            {
                Names = { MethodName.Default },
                RetryPolicy = new RetryPolicy
                {
                    MaxAttempts = 4,
                    InitialBackoff = TimeSpan.FromSeconds(0.1),
                    MaxBackoff = TimeSpan.FromSeconds(2),
                    BackoffMultiplier = 3,
                    RetryableStatusCodes = { StatusCode.Unavailable },
                },
            },
        },
    };

    /// <summary>Adds the clients of Contacts.</summary>
    /// <param name="services">The caller's services.</param>
    /// <param name="address">Address of the service's gRPC endpoint, such as `http://localhost:5001`.</param>
    public static IServiceCollection AddContactsClients(this IServiceCollection services, Uri address) => services
        .Add<Contacts.V1.ContactService.ContactServiceClient>(address)
        .Add<Contacts.V1.LabelService.LabelServiceClient>(address)
        .Add<Contacts.V1.ContactListService.ContactListServiceClient>(address)
        .Add<Contacts.V1.SegmentService.SegmentServiceClient>(address)
        .Add<Contacts.V1.LeadScoreService.LeadScoreServiceClient>(address)
        .Add<Contacts.V1.ContactErasureService.ContactErasureServiceClient>(address)
        .Add<Contacts.V1.ContactMergeService.ContactMergeServiceClient>(address)
        .Add<Contacts.V1.TimelineService.TimelineServiceClient>(address)
        .Add<Contacts.V1.CustomFieldService.CustomFieldServiceClient>(address)
        .Add<Contacts.V1.ProjectionService.ProjectionServiceClient>(address)
        .Add<Contacts.V1.ImportService.ImportServiceClient>(address)
        .Add<Contacts.V1.BulkRunService.BulkRunServiceClient>(address)
        .Add<Contacts.V1.AccessService.AccessServiceClient>(address)
        .Add<Contacts.V1.ChangesService.ChangesServiceClient>(address);

    /// <summary>Adds the clients of Funnel.</summary>
    /// <param name="services">The caller's services.</param>
    /// <param name="address">Address of the service's gRPC endpoint.</param>
    public static IServiceCollection AddFunnelClients(this IServiceCollection services, Uri address) => services
        .Add<Funnel.V1.StageService.StageServiceClient>(address)
        .Add<Funnel.V1.LabelRuleService.LabelRuleServiceClient>(address)
        .Add<Funnel.V1.LabelRulePreviewService.LabelRulePreviewServiceClient>(address)
        .Add<Funnel.V1.LabelRuleUndoService.LabelRuleUndoServiceClient>(address)
        .Add<Funnel.V1.FunnelReportService.FunnelReportServiceClient>(address)
        .Add<Funnel.V1.ChangesService.ChangesServiceClient>(address);

    /// <summary>Adds the clients of Deliverability.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="address">Its gRPC address.</param>
    public static IServiceCollection AddDeliverabilityClients(this IServiceCollection services, Uri address) => services
        .Add<Deliverability.V1.AddressService.AddressServiceClient>(address)
        .Add<Deliverability.V1.SendabilityService.SendabilityServiceClient>(address)
        .Add<Deliverability.V1.SuppressionService.SuppressionServiceClient>(address)
        .Add<Deliverability.V1.TransmissionService.TransmissionServiceClient>(address)
        .Add<Deliverability.V1.WebhookService.WebhookServiceClient>(address)
        .Add<Deliverability.V1.ChangesService.ChangesServiceClient>(address);

    /// <summary>Adds the clients of Sequences.</summary>
    /// <param name="services">The caller's services.</param>
    /// <param name="address">Address of the service's gRPC endpoint.</param>
    public static IServiceCollection AddSequencesClients(this IServiceCollection services, Uri address) => services
        .Add<Sequences.V1.SequenceService.SequenceServiceClient>(address)
        .Add<Sequences.V1.EnrollmentService.EnrollmentServiceClient>(address)
        .Add<Sequences.V1.EnrollmentRunService.EnrollmentRunServiceClient>(address)
        .Add<Sequences.V1.StatusMatrixService.StatusMatrixServiceClient>(address)
        .Add<Sequences.V1.ReplyService.ReplyServiceClient>(address)
        .Add<Sequences.V1.ReplyWebhookService.ReplyWebhookServiceClient>(address)
        .Add<Sequences.V1.SequenceStatisticsService.SequenceStatisticsServiceClient>(address)
        .Add<Sequences.V1.ConsistencyService.ConsistencyServiceClient>(address)
        .Add<Sequences.V1.TaskService.TaskServiceClient>(address)
        .Add<Sequences.V1.ChangesService.ChangesServiceClient>(address);

    private static IServiceCollection Add<TClient>(this IServiceCollection services, Uri address) where TClient : ClientBase
    {
        services.AddGrpcClient<TClient>($"{typeof(TClient).FullName}", options => options.Address = address)
            .ConfigureChannel(channel =>
            {
                channel.ServiceConfig = Retries;
                // A service that was away for long is found again soon, not after gRPC's usual two minutes.
                channel.MaxReconnectBackoff = TimeSpan.FromSeconds(2);
            });
        return services;
    }
}
