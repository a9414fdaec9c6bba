using System.Text.RegularExpressions;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Sequences.ContactFeed;
using ContactPlatform.Sequences.Sequences;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using Google.Rpc;
using Grpc.Core;

namespace ContactPlatform.Sequences.Engine;

/// <summary>
/// Hands reservations to Deliverability, each until it is taken or refused. Deliverability reads the contacts itself, so they are read
/// here only where it refuses: then whoever lacks something is left out, and the others are handed over under the same request_id.
/// </summary>
public sealed partial class StepSender(IServiceScopeFactory scopes, TransmissionService.TransmissionServiceClient transmissions, DeliverabilityCalls calls, TimeProvider time, ILogger<StepSender> logger)
{
    /// <summary>Refusals that nobody is found to be the reason of before the whole reservation is put off.</summary>
    private const int Riddles = 3;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(0.25), LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>What Deliverability says of recipients.</summary>
    private static readonly HashSet<string> OfRecipients = new(StringComparer.Ordinal) { "CONTACT_NOT_FOUND", "CONTACT_WITHOUT_EMAIL", "VARIABLE_MISSING", "INVALID_FIELD" };

    /// <summary>Sends one; returns when it is settled, or somebody else has it.</summary>
    public async Task SendAsync(Dispatch dispatch, CancellationToken stopping)
    {
        var (left, pause, riddles) = ((Dispatch?)dispatch, ShortestPause, 0);
        for (var first = true; left is not null; first = false)
        {
            if (!first && !await WorkAsync(left, (work, d) => work.HoldAsync(d, stopping)))
            {
                return;
            }
            try
            {
                var request = StepMail.Request(left);
                var reply = await calls.AskAsync(left.Row.AccountId, options => transmissions.CreateTransmissionAsync(request, options), stopping);
                await WorkAsync(left, (work, d) => work.SentAsync(d, reply.Transmission.TransmissionId, stopping));
                return;
            }
            catch (RpcException e) when (e.Reason() == CommonReasons.RequestIdReused.Name)
            {
                // It was taken before, from somebody who then lost it, with others among its recipients.
                await WorkAsync(left, (work, d) => work.SentAsync(d, long.Parse(e.Detail<ErrorInfo>()!.Metadata["existing_id"], System.Globalization.CultureInfo.InvariantCulture), stopping));
                return;
            }
            catch (RpcException e) when (OfRecipients.Contains(e.Reason() ?? "") && riddles < Riddles)
            {
                var (incomplete, gone) = await BlameAsync(left, e, stopping);
                if (incomplete.Count + gone.Count > 0)
                {
                    left = await WorkAsync(left, (work, d) => work.LeaveOutAsync(d, incomplete, gone, stopping));
                    continue;
                }
                riddles++;
                await Task.Delay(pause, time, stopping);
            }
            catch (Exception e) when (FaultTable.Find(e) is not null)
            {
                // Deliverability or the database is away, and whether it has the mails nobody knows: the same again.
                LogWaiting(left.Row.DispatchId, pause, e);
                await Task.Delay(pause, time, stopping);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
            catch (RpcException e)
            {
                LogRefused(left.Row.DispatchId, left.Row.SequenceId, e);
                left = await WorkAsync(left, (work, d) => work.LeaveOutAsync(d, new HashSet<long>(), d.To.Select(t => t.ContactId).ToHashSet(), stopping));
            }
        }
    }

    /// <summary>Finds out who among the recipients is the reason of a refusal.</summary>
    private async Task<(HashSet<long> Incomplete, HashSet<long> Gone)> BlameAsync(Dispatch dispatch, RpcException refusal, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = dispatch.Row.AccountId;
        var contacts = await scope.ServiceProvider.GetRequiredService<ContactReader>().GetAsync([.. dispatch.To.Select(t => t.ContactId)], cancellationToken);
        var step = dispatch.Sequence.Steps.Single(s => s.StepId == dispatch.Row.StepId);
        var gone = dispatch.To.Select(t => t.ContactId).Where(id => !contacts.ContainsKey(id)).ToHashSet();
        var incomplete = contacts.Values.Where(c => StepTemplates.Missing(step, c).Any()).Select(c => c.ContactId).ToHashSet();
        // An address that no mail server takes, or a value that makes a subject too long, is as good as none.
        incomplete.UnionWith(Named(refusal, dispatch).Where(contacts.ContainsKey));
        return (incomplete, gone);
    }

    private static IEnumerable<long> Named(RpcException refusal, Dispatch dispatch)
    {
        var fields = refusal.Detail<BadRequest>()?.FieldViolations.Select(v => Place().Match(v.Field)).Where(m => m.Success)
            .Select(m => int.Parse(m.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)).Where(i => i < dispatch.To.Count).Select(i => dispatch.To[i].ContactId) ?? [];
        var without = refusal.Reason() == "CONTACT_WITHOUT_EMAIL" ? refusal.Detail<ErrorInfo>()!.Metadata["contact_id"].Split(", ").Select(t => long.Parse(t, System.Globalization.CultureInfo.InvariantCulture)) : [];
        return fields.Concat(without);
    }

    private async Task<T> WorkAsync<T>(Dispatch dispatch, Func<DispatchWork, Dispatch, Task<T>> act)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await act(scope.ServiceProvider.GetRequiredService<DispatchWork>(), dispatch);
    }

    [GeneratedRegex(@"^recipients\[(\d{1,4})\]")]
    private static partial Regex Place();

    [LoggerMessage(Level = LogLevel.Warning, Message = "Reservation {DispatchId} waits for what passes by itself; trying again in {Pause}")]
    private partial void LogWaiting(long dispatchId, TimeSpan pause, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Reservation {DispatchId} of sequence {SequenceId} was refused as a whole; its enrolments are tried again in an hour")]
    private partial void LogRefused(long dispatchId, long sequenceId, Exception exception);
}
