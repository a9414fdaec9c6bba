using System.Diagnostics.Metrics;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Telemetry;
using Grpc.Core;

namespace ContactPlatform.Sequences.Automations;

/// <summary>Does what was set off: asks the filter, then does one action after the other, each noted before the next.</summary>
public sealed partial class AutomationRunner(
    AutomationWork work, ContactActions actions, EnrollmentActions enrollments, SegmentService.SegmentServiceClient segments, ContactsCalls contacts, ILogger<AutomationRunner> logger)
{
    private static readonly Meter Meter = new(PlatformTelemetry.Name);
    private static readonly Counter<long> Actions = Meter.CreateCounter<long>("contactplatform.automation.actions", "{action}", "Actions of rules that came to an end, by outcome");

    /// <summary>Does one; returns when it is done, put off, or somebody else has it.</summary>
    public async Task RunAsync(TakenFiring taken, CancellationToken stopping)
    {
        var (firing, rule, on) = await work.LoadAsync(taken, stopping);
        if (!on)
        {
            await work.EndAsync(taken, firing.NextAction, AutomationFiringState.Stopped, AutomationStopReason.RuleOff, stopping);
            return;
        }
        if (firing.NextAction == AutomationFiringRow.Filter && !await AskAsync(taken, firing, rule, stopping))
        {
            return;
        }
        var attempts = firing.NextAction == AutomationFiringRow.Filter ? 0 : firing.AttemptCount;
        for (var place = Math.Max(0, firing.NextAction); place < rule.Actions.Count; place++, attempts = 0)
        {
            if (!await DoAsync(taken, firing, rule, place, attempts, stopping))
            {
                return;
            }
        }
    }

    /// <summary>Asks Contacts whether the filter finds the contact; false when nothing is to be done now.</summary>
    private async Task<bool> AskAsync(TakenFiring taken, AutomationFiringRow firing, AutomationRule rule, CancellationToken stopping)
    {
        if (rule.Condition.Filter.Length > 0)
        {
            try
            {
                var request = new MatchContactsRequest { Filter = rule.Condition.Filter, ContactIds = { firing.ContactId } };
                if ((await contacts.AskAsync(taken.AccountId, options => segments.MatchContactsAsync(request, options), stopping)).ContactIds.Count == 0)
                {
                    await work.EndAsync(taken, AutomationFiringRow.Filter, AutomationFiringState.NotMatched, AutomationStopReason.Unspecified, stopping);
                    return false;
                }
            }
            catch (Exception e) when (Failures.Permanent(e) is not null)
            {
                await work.EndAsync(taken, AutomationFiringRow.Filter, AutomationFiringState.Stopped, AutomationStopReason.FilterInvalid, stopping);
                return false;
            }
            catch (Exception e) when (Failures.IsTemporary(e, stopping))
            {
                if (!await PutOffAsync(taken, AutomationFiringRow.Filter, firing.AttemptCount + 1, e, stopping))
                {
                    await work.EndAsync(taken, AutomationFiringRow.Filter, AutomationFiringState.Stopped, AutomationStopReason.GaveUp, stopping);
                }
                return false;
            }
        }
        return await work.MatchedAsync(taken, stopping);
    }

    /// <summary>Does one action; false when the next one is not to be done now.</summary>
    private async Task<bool> DoAsync(TakenFiring taken, AutomationFiringRow firing, AutomationRule rule, int place, int attempts, CancellationToken stopping)
    {
        var (action, last) = (rule.Actions[place], place == rule.Actions.Count - 1);
        ActionResult? result;
        try
        {
            result = EnrollmentActions.Does(action)
                ? await enrollments.DoAsync(taken, firing, rule, place, last, stopping)
                : await NoteAsync(await actions.DoAsync(firing, rule, place, stopping));
        }
        catch (Exception e) when (Failures.Permanent(e) is { } reason)
        {
            result = await NoteAsync(new(AutomationOutcome.Refused, reason));
        }
        catch (Exception e) when (Failures.IsTemporary(e, stopping))
        {
            if (await PutOffAsync(taken, place, attempts + 1, e, stopping))
            {
                return false;
            }
            result = await NoteAsync(new(AutomationOutcome.GaveUp, Failures.Reason(e)));
        }
        if (result is not null)
        {
            Actions.Add(1, new KeyValuePair<string, object?>("outcome", result.Outcome.ToString()));
        }
        return result is not null;

        Task<ActionResult?> NoteAsync(ActionResult done) => work.ActAsync(taken, place, last, () => Task.FromResult(done), stopping);
    }

    private async Task<bool> PutOffAsync(TakenFiring taken, int place, int attempts, Exception exception, CancellationToken stopping)
    {
        if (AutomationDecisions.Pause(attempts) is not { } pause)
        {
            return false;
        }
        await work.PutOffAsync(taken, place, attempts, pause, stopping);
        LogWaiting(taken.FiringId, place, pause, exception);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Action {Place} of firing {FiringId} waits for what passes by itself; trying again in {Pause}")]
    private partial void LogWaiting(long firingId, int place, TimeSpan pause, Exception exception);
}
