using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Requests;

namespace ContactPlatform.Deliverability.Sending;

/// <summary>
/// Sees to it that what became of groups is written, however long the database is away: nobody else knows it. Groups of an account that end
/// while others are being written share a transaction.
/// </summary>
public sealed partial class ResultWriter
{
    // While it waits for its commit the connections send, and more comes together for the next.
    private const int Lanes = 1;

    /// <summary>Groups in a transaction.</summary>
    private const int Most = 16;

    private static readonly TimeSpan WriteAgain = TimeSpan.FromSeconds(0.5);

    private readonly IServiceScopeFactory scopes;
    private readonly SendWorker worker;
    private readonly TimeProvider time;
    private readonly ILogger<ResultWriter> logger;
    private readonly Batcher<(IReadOnlyList<SendResult> Results, CancellationToken Grace), Exception?> batcher;

    /// <summary>Makes it.</summary>
    public ResultWriter(IServiceScopeFactory scopes, SendWorker worker, TimeProvider time, ILogger<ResultWriter> logger)
    {
        (this.scopes, this.worker, this.time, this.logger) = (scopes, worker, time, logger);
        batcher = new("write results together", Lanes, Most, WriteAsync);
    }

    /// <summary>Writes what became of a group.</summary>
    /// <param name="results">Of all mails of one reservation.</param>
    /// <param name="grace">Breaks it off.</param>
    public async Task WriteAsync(IReadOnlyList<SendResult> results, CancellationToken grace)
    {
        if (await batcher.AskAsync((results, grace), CancellationToken.None) is { } problem)
        {
            throw new InvalidOperationException("what became of mails could not be written", problem);
        }
    }

    private async Task<IReadOnlyList<Exception?>> WriteAsync(IReadOnlyList<(IReadOnlyList<SendResult> Results, CancellationToken Grace)> groups)
    {
        var problems = new Exception?[groups.Count];
        foreach (var account in groups.Index().GroupBy(g => g.Item.Results[0].Mail.AccountId))
        {
            var problem = await TryAsync(account.Key, [.. account.SelectMany(g => g.Item.Results)], account.First().Item.Grace);
            foreach (var (index, group) in account)
            {
                // Where several cannot be written together the others are written without the one that is to blame.
                problems[index] = problem is null || account.Count() == 1 ? problem : await TryAsync(account.Key, group.Results, group.Grace);
            }
        }
        return problems;
    }

    private async Task<Exception?> TryAsync(long accountId, IReadOnlyList<SendResult> results, CancellationToken grace)
    {
        while (true)
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = accountId;
                await scope.ServiceProvider.GetRequiredService<SendResults>().WriteAsync(worker.Id, results, grace);
                return null;
            }
            catch (Exception e) when (FaultTable.Find(e) is not null && !grace.IsCancellationRequested)
            {
                LogNotWritten(results.Count, e);
                await Task.Delay(WriteAgain, time, CancellationToken.None);
            }
#pragma warning disable CA1031 // Handed to the group's connection, whatever it is.
            catch (Exception e)
#pragma warning restore CA1031
            {
                return e;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What became of {Count} messages is written when the database is back")]
    private partial void LogNotWritten(int count, Exception exception);
}
