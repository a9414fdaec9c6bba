using System.Data.Common;
using ContactPlatform.Contacts.Consent;
using ContactPlatform.Contacts.Timelines;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Feeds;
using ContactPlatform.ServiceDefaults.Runs;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Contacts.Imports;

/// <summary>Batches that unsubscribe addresses: contacts that have them, and the memory of the others.</summary>
public sealed class UnsubscribeBatches(ContactsDbContext db, UnsubscribeStore unsubscribes, RunRow run, ImportPlan plan, TimeProvider time) : IImportBatches
{
    /// <summary>Contacts that one change tells of: a phone may be shared by any number.</summary>
    private const int Told = 10_000;

    private readonly DryRunKeys dryRunKeys = new();
    private IReadOnlyCollection<string> addresses = [];

    /// <inheritdoc/>
    public Task PrepareAsync(ImportBatch batch, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task<ImportOutcome> WriteAsync(DbTransaction transaction, ImportBatch batch, CancellationToken cancellationToken)
    {
        addresses = [.. batch.Lines.Where(l => l.Problems.Count == 0).SelectMany(Addresses).Distinct()];
        var now = time.UtcNow();
        var done = await unsubscribes.ApplyAsync(addresses, new(run.Actor, TimelineCause.Import, run.RunId, now), "", plan.Config.DryRun, cancellationToken);
        if (!plan.Config.DryRun)
        {
            db.Outbox.AddRange(done.ContactIds.Chunk(Told).Select(ids => OutboxRow.Of(run.AccountId, new StreamChangesResponse
            {
                AccountId = run.AccountId, ChangeTime = Timestamp.FromDateTime(now), Actor = run.Actor, RunId = run.RunId,
                ContactsUnsubscribed = new() { ContactIds = { ids } },
            })));
            await db.SaveChangesAsync(cancellationToken);
        }
        return Decide(batch.Lines, done, dryRunKeys.Contains);
    }

    /// <inheritdoc/>
    public void Committed(ImportOutcome outcome)
    {
        if (plan.Config.DryRun)
        {
            dryRunKeys.Add(addresses);
        }
    }

    /// <summary>Says what each row did: it unsubscribed a contact, else had an address remembered, else changed nothing.</summary>
    /// <param name="lines">The rows, in the order of the file: of several with one address the first counts.</param>
    /// <param name="done">What was done with the addresses of all of them.</param>
    /// <param name="seen">Says whether an earlier batch of a dry run would have dealt with an address.</param>
    public static ImportOutcome Decide(IReadOnlyList<ImportLine> lines, Unsubscribed done, Func<string, bool> seen)
    {
        var outcome = new ImportOutcome();
        outcome.Unsubscribed.AddRange(done.ContactIds);
        var counted = new HashSet<string>();
        foreach (var line in lines)
        {
            if (line.Problems.Count > 0)
            {
                outcome.Refused.Add((line, line.Problems));
                continue;
            }
            var fresh = Addresses(line).Where(a => counted.Add(a) && !seen(a)).ToList();
            if (fresh.Exists(a => done.ByAddress.GetValueOrDefault(a)))
            {
                outcome.UpdatedRows++;
            }
            else if (fresh.Exists(a => done.Remembered.Contains(a) && !done.ByAddress.ContainsKey(a)))
            {
                outcome.RememberedRows++;
            }
            else
            {
                outcome.UnchangedRows++;
            }
        }
        return outcome;
    }

    private static IEnumerable<string> Addresses(ImportLine line) => new[] { line.Email, line.Phone }.Where(a => a.Length > 0);
}
