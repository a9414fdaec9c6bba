using System.Globalization;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Sequences.Sequences;
using ContactPlatform.Sequences.V1;

namespace ContactPlatform.Sequences.Engine;

/// <summary>What Deliverability is asked to send. Pure: the same reservation always makes the same request, since its content is of a fixed version.</summary>
public static class StepMail
{
    /// <summary>Metadata: the sequence.</summary>
    public const string SequenceId = "sequence_id";

    /// <summary>Metadata: the step.</summary>
    public const string StepId = "step_id";

    /// <summary>Metadata: place of the wording.</summary>
    public const string Variant = "variant";

    /// <summary>Metadata: the reservation. With the contact of a message it tells the enrolment: see <see cref="StepSendRow"/>.</summary>
    public const string DispatchId = "dispatch_id";

    /// <summary>Makes the request.</summary>
    public static CreateTransmissionRequest Request(Dispatch dispatch)
    {
        var (row, settings) = (dispatch.Row, dispatch.Sequence.Settings);
        return new()
        {
            Transmission = new()
            {
                FromEmail = settings.FromEmail,
                FromName = settings.FromName,
                ReplyToEmail = settings.ReplyToEmail,
                TrackOpens = settings.TrackOpens,
                TrackClicks = settings.TrackClicks,
                Metadata = { [SequenceId] = Text(row.SequenceId), [StepId] = Text(row.StepId), [Variant] = Text(row.Variant), [DispatchId] = Text(row.DispatchId) },
            },
            Content = Content(dispatch.Sequence.Steps.Single(s => s.StepId == row.StepId).AutomaticEmail.Variants[row.Variant], settings.OptOutLink),
            Recipients = { dispatch.To.Select(t => new Recipient { ContactId = t.ContactId }) },
            RequestId = $"step {Text(row.DispatchId)}",
        };
    }

    /// <summary>A wording, with a link for opting out where the sequence wants one and the wording has none.</summary>
    public static MailContent Content(EmailTemplate template, bool optOutLink)
    {
        var content = StepTemplates.Content(template);
        if (!optOutLink)
        {
            return content;
        }
        const string Url = $"{{{{{Template.UnsubscribeUrl}}}}}";
        var templates = MailTemplates.Of(content);
        if (templates.Text is { } text && !HasLink(text))
        {
            content.Text += $"\n\nUnsubscribe: {Url}\n";
        }
        if (templates.Html is { } html && !HasLink(html))
        {
            var end = content.Html.LastIndexOf("</body", StringComparison.OrdinalIgnoreCase);
            content.Html = content.Html.Insert(end < 0 ? content.Html.Length : end, $"<p><a href=\"{Url}\">Unsubscribe</a></p>");
        }
        return content;
    }

    private static bool HasLink(Template template) =>
        template.Parts.Concat(template.Links.SelectMany(l => l)).Any(p => p is TemplatePart.Variable { Name: Template.UnsubscribeUrl });

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
