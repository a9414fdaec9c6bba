using System.Collections.Concurrent;
using ContactPlatform.Sequences.ContactFeed;
using ContactPlatform.Sequences.Sequences;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Requests;
using Contact = ContactPlatform.Contacts.V1.Contact;

namespace ContactPlatform.Sequences.StatusMatrix;

/// <summary>A command for one contact, from a caller of its own.</summary>
/// <param name="Command">The command.</param>
/// <param name="SequenceId">The sequence; 0 for none.</param>
/// <param name="ContactId">The contact.</param>
/// <param name="Caller">Who commands.</param>
public sealed record StatusCall(StatusCommand Command, long SequenceId, long ContactId, Caller Caller);

/// <summary>
/// Sets and removes statuses of single contacts for all callers of this replica: those of an account who come at the same time
/// share what is read, a transaction and a commit. A contact that another transaction holds is left out, and its caller waits for it
/// outside the batches, so that nobody waits for somebody else's contact.
/// </summary>
public sealed class StatusBatches(IServiceScopeFactory scopes)
{
    // Two at a time: while one waits for its commit the other is at work. 64 keeps a batch's locks to some milliseconds.
    private const int Lanes = 2;
    private const int Most = 64;

    private readonly ConcurrentDictionary<long, Account> accounts = new();

    /// <summary>Does a command.</summary>
    /// <exception cref="RefusalException">The command is refused; SEQUENCE_NOT_FOUND, SERVICE_UNAVAILABLE.</exception>
    public async Task<StatusOutcome> DoAsync(StatusCall call, CancellationToken cancellationToken)
    {
        var account = accounts.GetOrAdd(call.Caller.AccountId, id => new(scopes, id));
        var found = call.Command.AsksForContact ? await account.Reads.AskAsync(call.ContactId, cancellationToken) : null;
        var answer = await account.Commands.AskAsync((call, found), cancellationToken) ?? await account.AloneAsync(call, found, cancellationToken);
        return answer.Refusal is { } refusal ? throw new RefusalException(refusal) : answer.Outcome!;
    }

    /// <summary>What is answered.</summary>
    /// <param name="Refusal">Why nothing is done; null when it is done.</param>
    /// <param name="Outcome">What became of the contact; null when there is no such sequence.</param>
    private sealed record Answer(Refusal? Refusal, StatusOutcome? Outcome);

    private sealed class Account
    {
        private readonly IServiceScopeFactory scopes;
        private readonly long accountId;

        public Account(IServiceScopeFactory scopes, long accountId)
        {
            (this.scopes, this.accountId) = (scopes, accountId);
            Reads = new("read contacts together", Lanes, Most, ReadAsync);
            Commands = new("set statuses together", Lanes, Most, calls => DoAsync(calls, wait: false, CancellationToken.None));
        }

        public Batcher<long, Contact?> Reads { get; }

        public Batcher<(StatusCall Call, Contact? Found), Answer?> Commands { get; }

        public async Task<Answer> AloneAsync(StatusCall call, Contact? found, CancellationToken cancellationToken) =>
            (await DoAsync([(call, found)], wait: true, cancellationToken))[0]!;

        private async Task<IReadOnlyList<Contact?>> ReadAsync(IReadOnlyList<long> ids)
        {
            await using var scope = Scope();
            var found = await scope.ServiceProvider.GetRequiredService<ContactReader>().GetAsync([.. ids], CancellationToken.None);
            return [.. ids.Select(id => found.GetValueOrDefault(id))];
        }

        private async Task<IReadOnlyList<Answer?>> DoAsync(IReadOnlyList<(StatusCall Call, Contact? Found)> calls, bool wait, CancellationToken cancellationToken)
        {
            await using var scope = Scope();
            var sequences = await scope.ServiceProvider.GetRequiredService<SequenceStore>().FindAsync([.. calls.Select(c => c.Call.SequenceId).Where(id => id != 0).Distinct()], cancellationToken);
            var answers = new Answer?[calls.Count];
            var asks = new Dictionary<long, (int Place, StatusAsk Ask)>(calls.Count);
            for (var i = 0; i < calls.Count; i++)
            {
                var (call, found) = calls[i];
                var sequence = sequences.GetValueOrDefault(call.SequenceId);
                if (sequence is null && call.SequenceId != 0)
                {
                    answers[i] = new(SequenceDecisions.NotFound(call.SequenceId), null);
                }
                else
                {
                    // Of two who want the same contact the second waits for the first, alone.
                    asks.TryAdd(call.ContactId, (i, new(call.Command, sequence, call.ContactId, call.Caller, found)));
                }
            }
            if (asks.Count > 0)
            {
                var outcomes = await scope.ServiceProvider.GetRequiredService<StatusWork>().DoAsync([.. asks.Values.Select(a => a.Ask).OrderBy(a => a.ContactId)], wait, cancellationToken);
                foreach (var (contactId, outcome) in outcomes)
                {
                    answers[asks[contactId].Place] = new(outcome.Refusal, outcome);
                }
            }
            return answers;
        }

        private AsyncServiceScope Scope()
        {
            var scope = scopes.CreateAsyncScope();
            scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = accountId;
            return scope;
        }
    }
}
