using System.Globalization;
using ContactPlatform.Sequences.Engine;

namespace ContactPlatform.Sequences.DeliverabilityFeed;

/// <summary>
/// What a step's mail carries as the metadata of its transmission, which Deliverability hands back with everything that becomes of
/// the mail. The enrolment is named by the reservation together with the contact, or, where a mail was sent alone, by itself.
/// </summary>
public static class SendMetadata
{
    /// <summary>The enrolment, as a decimal number, where the transmission goes to one contact alone.</summary>
    public const string EnrollmentId = "enrollment_id";

    /// <summary>Reads it; null where it is no step's.</summary>
    public static SendOrigin? Read(IDictionary<string, string> metadata)
    {
        return Number(StepMail.SequenceId) is > 0 and var sequence && Number(StepMail.StepId) is > 0 and var step && (Number(EnrollmentId), Number(StepMail.DispatchId)) is var (enrollment, dispatch) && enrollment + dispatch > 0
            ? new(sequence, step, (short)Math.Clamp(Number(StepMail.Variant), 0, short.MaxValue), enrollment, dispatch) : null;

        long Number(string key) => metadata.TryGetValue(key, out var text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0;
    }
}

/// <summary>Where a mail comes from.</summary>
/// <param name="SequenceId">The sequence.</param>
/// <param name="StepId">The step.</param>
/// <param name="Variant">Place of the wording, from 0.</param>
/// <param name="EnrollmentId">The enrolment; 0 where the reservation names it.</param>
/// <param name="DispatchId">The reservation; 0 where the enrolment is named.</param>
public sealed record SendOrigin(long SequenceId, long StepId, short Variant, long EnrollmentId, long DispatchId);
