using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Feeds;
using Grpc.Core;
using DeliverabilityChange = ContactPlatform.Deliverability.V1.StreamChangesResponse;

namespace ContactPlatform.Sequences.DeliverabilityFeed;

/// <summary>Follows Deliverability: what became of the mails of steps, and who wants no more.</summary>
public sealed class DeliverabilityFeedConsumer(Deliverability.V1.ChangesService.ChangesServiceClient changes, ContactsCalls calls, IServiceProvider services)
    : FeedConsumer<DeliverabilityChange>(Source, services)
{
    /// <summary>Name of the service followed.</summary>
    public const string Source = "deliverability";

    /// <inheritdoc/>
    protected override int Room => 1_000;

    /// <inheritdoc/>
    protected override int Size(DeliverabilityChange message) => 1 + (message.MessagesChanged?.Messages.Count ?? 0);

    /// <inheritdoc/>
    protected override async Task<AsyncServerStreamingCall<DeliverabilityChange>> OpenAsync(string afterPosition, CancellationToken cancellationToken) =>
        changes.StreamChanges(new() { AfterPosition = afterPosition }, await calls.HeadersAsync(0, cancellationToken), cancellationToken: cancellationToken);

    /// <inheritdoc/>
    protected override void Interrupted(Exception exception) => calls.Forget(0, exception);

    /// <inheritdoc/>
    protected override FeedChange<DeliverabilityChange> Read(DeliverabilityChange message) => new(message.Position, message.AccountId, message.ChangeTime.ToDateTime(), message);

    /// <inheritdoc/>
    protected override async Task ApplyAsync(IServiceProvider scope, IReadOnlyList<FeedChange<DeliverabilityChange>> changes, CancellationToken cancellationToken)
    {
        var (account, work) = (scope.GetRequiredService<CurrentAccount>(), scope.GetRequiredService<MailWork>());
        foreach (var group in changes.GroupBy(c => c.AccountId).OrderBy(g => g.Key))
        {
            account.Id = group.Key;
            await work.ApplyAsync([.. group.Select(c => c.Body)], cancellationToken);
        }
    }
}

/// <summary>Adds what follows Deliverability.</summary>
public static class DeliverabilityFeedServices
{
    /// <summary>Follows the Deliverability at `services:deliverability:grpc:0`, whenever it is there; without an address nothing is followed.</summary>
    public static IServiceCollection AddDeliverabilityFeed(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddScoped<MailWork>().AddSingleton<DeliverabilityCalls>();
        return configuration["services:deliverability:grpc:0"] is not { Length: > 0 } address ? services : services
            .AddDeliverabilityClients(new Uri(address))
            .AddHostedService<DeliverabilityFeedConsumer>();
    }
}
