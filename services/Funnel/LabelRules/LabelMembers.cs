using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using Grpc.Core;
using System.Runtime.CompilerServices;

namespace ContactPlatform.Funnel.LabelRules;

/// <summary>Reads the members of labels from Contacts, each label as of one moment, a part in memory at a time.</summary>
public sealed class LabelMembers(LabelService.LabelServiceClient labels, ContactsCalls contacts)
{
    /// <summary>The refusal when a label is gone.</summary>
    public static Refusal NoLabel(long labelId) => new Refusal(FunnelReasons.LabelNotFound, $"there is no label {labelId}").With("label_id", labelId);

    /// <summary>Returns the members, ascending, in pieces of <see cref="LabelRuleTargets.ChunkSize"/>; the last may be shorter.</summary>
    /// <exception cref="RefusalException">LABEL_NOT_FOUND; SERVICE_UNAVAILABLE when Contacts does not answer, or stopped before the end.</exception>
    public async IAsyncEnumerable<long[]> ChunksAsync(long account, long labelId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var chunk = new long[LabelRuleTargets.ChunkSize];
        var filled = 0;
        await foreach (var ids in PartsAsync(account, labelId, cancellationToken))
        {
            foreach (var id in ids)
            {
                chunk[filled++] = id;
                if (filled == chunk.Length)
                {
                    yield return chunk;
                    (chunk, filled) = (new long[LabelRuleTargets.ChunkSize], 0);
                }
            }
        }
        if (filled > 0)
        {
            yield return chunk[..filled];
        }
    }

    private async IAsyncEnumerable<IEnumerable<long>> PartsAsync(long account, long labelId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var headers = await contacts.HeadersAsync(account, cancellationToken);
        using var call = labels.StreamLabelMembers(new StreamLabelMembersRequest { LabelId = labelId }, headers, cancellationToken: cancellationToken);
        var complete = false;
        while (await NextAsync())
        {
            complete = call.ResponseStream.Current.Complete;
            yield return call.ResponseStream.Current.ContactIds;
        }
        if (!complete)
        {
            throw ContactsCalls.Away(null);
        }

        // Whatever breaks the stream passes, unless it is the label that is gone.
        async Task<bool> NextAsync()
        {
            try
            {
                return await call.ResponseStream.MoveNext(cancellationToken);
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
            {
                throw new RefusalException(NoLabel(labelId), e);
            }
            catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
            {
                contacts.Forget(account, e);
                throw ContactsCalls.Away(e);
            }
        }
    }
}
