using System.CommandLine;
using System.Globalization;
using ContactPlatform.Contacts.V1;

namespace ContactPlatform.Cli;

/// <summary>How a person names a set of contacts: by a segment's number or name, as a snapshot, or by a filter.</summary>
/// <param name="others">What else can stand there.</param>
internal sealed class SegmentArgument(string others = "")
{
    private const string Snapshot = "snapshot:";

    public const string Ways = "A segment's number or name, snapshot:NUMBER, or a filter such as: label:vip AND funnel.stage = CUSTOMER";

    public Argument<string> Argument { get; } = new("SEGMENT") { Description = $"{Ways}{others}." };

    /// <summary>Finds it.</summary>
    public Task<ContactSet> FindAsync(Stack stack, ParseResult result, CancellationToken cancellationToken) => FindAsync(stack, result.GetValue(Argument)!, cancellationToken);

    /// <summary>Finds what a text names. What has no comparator cannot be a filter, so it is a name; nothing is every contact.</summary>
    public static async Task<ContactSet> FindAsync(Stack stack, string text, CancellationToken cancellationToken) =>
        text switch
        {
            _ when text.StartsWith(Snapshot, StringComparison.Ordinal) && Number(text[Snapshot.Length..]) is { } id => new() { SegmentSnapshotId = id },
            _ when Number(text) is { } id => new() { SegmentId = id },
            _ when text.Trim().Length == 0 || text.Any("=<>:()".Contains) => new() { Filter = text },
            _ => new() { SegmentId = await FindSavedAsync(stack, text, cancellationToken) },
        };

    /// <summary>Finds a saved segment by its number or its name.</summary>
    public static async Task<long> FindSavedAsync(Stack stack, string text, CancellationToken cancellationToken) =>
        Number(text) ?? (await stack.Segments.GetSegmentAsync(new() { DisplayName = text }, cancellationToken: cancellationToken)).Segment.SegmentId;

    private static long? Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
}
