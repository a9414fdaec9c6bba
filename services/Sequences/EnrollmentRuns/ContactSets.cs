using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using Google.Rpc;
using Grpc.Core;

namespace ContactPlatform.Sequences.EnrollmentRuns;

/// <summary>Reads who is in a set from Contacts, as of one moment, a part in memory at a time.</summary>
public sealed class ContactSets(SegmentService.SegmentServiceClient segments, ContactsCalls contacts)
{
    private const string NotThere = "there is no such segment or list";

    /// <summary>Has Contacts read a filter.</summary>
    /// <exception cref="RefusalException">SERVICE_UNAVAILABLE.</exception>
    public async Task CheckFilterAsync(long account, string filter, string field, Violations violations, CancellationToken cancellationToken)
    {
        try
        {
            await contacts.AskAsync(account, options => segments.CheckFilterAsync(new() { Filter = filter }, options), cancellationToken);
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.InvalidArgument or StatusCode.ResourceExhausted)
        {
            foreach (var violation in e.Detail<BadRequest>()?.FieldViolations.Select(v => v.Description) ?? [e.Status.Detail])
            {
                violations.Add(field, violation);
            }
        }
    }

    /// <summary>Returns the ids of any set, ascending over all parts.</summary>
    /// <exception cref="RefusalException">CONTACT_SET_NOT_FOUND; SERVICE_UNAVAILABLE when Contacts does not answer, or stopped before the end.</exception>
    public IAsyncEnumerable<StreamSegmentContactIdsResponse> PartsAsync(long account, ContactSet set, CancellationToken cancellationToken) =>
        contacts.PartsAsync(account, options => segments.StreamSegmentContactIds(new() { Contacts = set }, options), part => part.Complete,
            e => e.StatusCode == StatusCode.NotFound ? Gone(set, NotThere) : FilterProblem(e) is { } problem ? Gone(set, $"its filter cannot be read any more: {problem}") : null, cancellationToken);

    /// <summary>Counts the contacts of any set, as long as it takes.</summary>
    /// <exception cref="RefusalException">CONTACT_SET_NOT_FOUND; INVALID_FIELD: its filter cannot be read; SERVICE_UNAVAILABLE.</exception>
    public async Task<long> CountAsync(long account, ContactSet set, CancellationToken cancellationToken)
    {
        try
        {
            return (await segments.CountSegmentAsync(new() { Contacts = set }, await contacts.HeadersAsync(account, cancellationToken), cancellationToken: cancellationToken)).ContactCount;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            throw new RefusalException(Gone(set, NotThere), e);
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.InvalidArgument or StatusCode.ResourceExhausted)
        {
            var violations = new Violations();
            violations.Add("filter", e.Status.Detail);
            throw new RefusalException(violations.Refusal(), e);
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            contacts.Forget(account, e);
            throw ContactsCalls.Away(e);
        }
    }

    private static Refusal Gone(ContactSet set, string why) =>
        new Refusal(SequencesReasons.ContactSetNotFound, why).With("segment_id", set.SegmentId).With("contact_list_id", set.ContactListId);

    /// <summary>What Contacts says against a filter that it could read when the set was asked for: for one, that a label of it is gone.</summary>
    private static string? FilterProblem(RpcException exception) => exception.StatusCode != StatusCode.InvalidArgument ? null
        : exception.Detail<BadRequest>()?.FieldViolations.FirstOrDefault(v => v.Field == "filter")?.Description;
}
