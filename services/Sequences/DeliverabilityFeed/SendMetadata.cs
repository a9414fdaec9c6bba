using System.Globalization;

namespace ContactPlatform.Sequences.DeliverabilityFeed;

/// <summary>
/// What a step's mail carries as the metadata of its transmission: whoever sends puts it there, and Deliverability hands it
/// back with everything that becomes of the mail. One transmission goes to one contact, since its metadata names the enrolment.
/// </summary>
public static class SendMetadata
{
    /// <summary>The sequence, as a decimal number.</summary>
    public const string SequenceId = "sequence_id";

    /// <summary>The enrolment, as a decimal number.</summary>
    public const string EnrollmentId = "enrollment_id";

    /// <summary>The step, as a decimal number.</summary>
    public const string StepId = "step_id";

    /// <summary>Place of the wording, from 0.</summary>
    public const string Variant = "variant";

    /// <summary>Writes it.</summary>
    /// <param name="metadata">The transmission's metadata.</param>
    /// <param name="sequenceId">The sequence.</param>
    /// <param name="enrollmentId">The enrolment.</param>
    /// <param name="stepId">The step.</param>
    /// <param name="variant">Place of the wording, from 0.</param>
    public static void Write(IDictionary<string, string> metadata, long sequenceId, long enrollmentId, long stepId, int variant)
    {
        metadata[SequenceId] = Text(sequenceId);
        metadata[EnrollmentId] = Text(enrollmentId);
        metadata[StepId] = Text(stepId);
        metadata[Variant] = Text(variant);
    }

    /// <summary>Reads it; null where it is not what <see cref="Write"/> writes.</summary>
    public static SendOrigin? Read(IDictionary<string, string> metadata)
    {
        return Number(SequenceId) is > 0 and var sequence && Number(EnrollmentId) is > 0 and var enrollment && Number(StepId) is > 0 and var step
            ? new(sequence, enrollment, step, (short)Math.Clamp(Number(Variant), 0, short.MaxValue)) : null;

        long Number(string key) => metadata.TryGetValue(key, out var text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0;
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Where a mail comes from.</summary>
/// <param name="SequenceId">The sequence.</param>
/// <param name="EnrollmentId">The enrolment.</param>
/// <param name="StepId">The step.</param>
/// <param name="Variant">Place of the wording, from 0.</param>
public sealed record SendOrigin(long SequenceId, long EnrollmentId, long StepId, short Variant);
