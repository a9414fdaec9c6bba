using ContactPlatform.Deliverability.ContactFeed;
using ContactPlatform.Deliverability.WebhookDeliveries;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Feeds;
using Grpc.Core;
using SequencesChange = ContactPlatform.Sequences.V1.StreamChangesResponse;

namespace ContactPlatform.Deliverability.SequencesFeed;

/// <summary>Follows Sequences: who opted out there, and what webhooks are told of it.</summary>
public sealed class SequencesFeedConsumer(Sequences.V1.ChangesService.ChangesServiceClient changes, ContactsCalls calls, IServiceScopeFactory scopes, IServiceProvider services)
    : FeedConsumer<SequencesChange>("sequences", services)
{
    /// <inheritdoc/>
    protected override int Room => 5_000;

    /// <inheritdoc/>
    protected override int Size(SequencesChange message) => 1 + (message.StatusesChanged?.Enrollments.Count ?? 0) + (message.StatusesChanged?.Contacts.Count ?? 0);

    /// <inheritdoc/>
    protected override async Task<AsyncServerStreamingCall<SequencesChange>> OpenAsync(string afterPosition, CancellationToken cancellationToken) =>
        changes.StreamChanges(new() { AfterPosition = afterPosition }, await calls.HeadersAsync(0, cancellationToken), cancellationToken: cancellationToken);

    /// <inheritdoc/>
    protected override void Interrupted(Exception exception) => calls.Forget(0, exception);

    /// <inheritdoc/>
    protected override FeedChange<SequencesChange> Read(SequencesChange message) => new(message.Position, message.AccountId, message.ChangeTime.ToDateTime(), message);

    /// <inheritdoc/>
    protected override async Task PrepareAsync(IReadOnlyList<FeedChange<SequencesChange>> changes, CancellationToken cancellationToken)
    {
        foreach (var group in changes.GroupBy(c => c.AccountId))
        {
            await using var scope = scopes.CreateAsyncScope();
            scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = group.Key;
            await scope.ServiceProvider.GetRequiredService<OptOuts>().LearnAsync(group.Select(c => c.Body), cancellationToken);
        }
    }

    /// <inheritdoc/>
    protected override async Task ApplyAsync(IServiceProvider scope, IReadOnlyList<FeedChange<SequencesChange>> changes, CancellationToken cancellationToken)
    {
        var (account, optOuts, outbox) = (scope.GetRequiredService<CurrentAccount>(), scope.GetRequiredService<OptOuts>(), scope.GetRequiredService<WebhookOutbox>());
        // In the order of the feed within each account; accounts have no order among themselves.
        foreach (var group in changes.GroupBy(c => c.AccountId))
        {
            account.Id = group.Key;
            await optOuts.ApplyAsync(group.Select(c => c.Body), cancellationToken);
            foreach (var change in group)
            {
                await outbox.AddAsync(SequenceNotes.Of(change.Body), change.ChangeTime, cancellationToken);
            }
        }
    }
}

/// <summary>Adds what follows Sequences.</summary>
public static class SequencesFeedServices
{
    /// <summary>
    /// Follows the Sequences at `services:sequences:grpc:0`, whenever it is there; without an address nothing is followed: who opts out
    /// there is sent nothing by sequences, and by others as before.
    /// </summary>
    public static IServiceCollection AddSequencesFeed(this IServiceCollection services, IConfiguration configuration) =>
        configuration["services:sequences:grpc:0"] is not { Length: > 0 } address ? services : services
            .AddSequencesClients(new Uri(address))
            .AddScoped<OptOuts>()
            .AddHostedService<SequencesFeedConsumer>();
}
