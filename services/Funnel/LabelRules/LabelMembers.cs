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
        var parts = contacts.PartsAsync(account, options => labels.StreamLabelMembers(new() { LabelId = labelId }, options), part => part.Complete,
            e => e.StatusCode == StatusCode.NotFound ? NoLabel(labelId) : null, cancellationToken);
        await foreach (var part in parts)
        {
            foreach (var id in part.ContactIds)
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
}
