using ContactPlatform.Sequences.V1;
using Status = ContactPlatform.Sequences.V1.SequenceStatus;

namespace ContactPlatform.Sequences.Tests.StatusMatrix;

/// <summary>Sets and removes one status of one contact.</summary>
internal static class StatusCalls
{
    /// <summary>Sets a status; sequence 0 for none.</summary>
    public static async Task<SetStatusResponse> SetAsync(this PlatformFixture platform, long contact, long sequence, Status status) =>
        await platform.Statuses.SetStatusAsync(new() { ContactId = contact, SequenceId = sequence, Status = status }, platform.Headers);

    /// <summary>Removes a status; sequence 0 for none.</summary>
    public static async Task<RemoveStatusResponse> RemoveAsync(this PlatformFixture platform, long contact, long sequence, Status status) =>
        await platform.Statuses.RemoveStatusAsync(new() { ContactId = contact, SequenceId = sequence, Status = status }, platform.Headers);
}
