using ContactPlatform.Contacts.Projections;
using SequencesChange = ContactPlatform.Sequences.V1.StreamChangesResponse;

namespace ContactPlatform.Contacts.SequencesProjection;

/// <summary>Adds what follows Sequences.</summary>
public static class SequencesProjectionServices
{
    /// <summary>
    /// Follows the Sequences at `services:sequences:grpc:0`, whenever it is there: neither starting nor any call of Contacts waits for
    /// it. Without an address nothing is followed.
    /// </summary>
    public static IServiceCollection AddSequencesProjection(this IServiceCollection services, IConfiguration configuration) =>
        configuration["services:sequences:grpc:0"] is not { Length: > 0 } address ? services : services
            .AddSequencesClients(new Uri(address))
            .AddProjection<SequencesFeed, SequencesChange, SequencesProjectionStore>()
            .AddHostedService<Timelines.SequenceEventConsumer>();
}
