using ContactPlatform.Deliverability.V1;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Deliverability.Messages;

/// <summary>Writes message.proto.</summary>
public static class MessageProto
{
    /// <summary>Writes a message.</summary>
    /// <param name="row">The message.</param>
    /// <param name="email">Its address; empty once that was erased.</param>
    /// <param name="metadata">Its transmission's metadata.</param>
    public static Message ToProto(this MessageRow row, string email, MapField<string, string> metadata)
    {
        var message = new Message
        {
            MessageId = row.MessageId,
            TransmissionId = row.TransmissionId,
            ContactId = row.ContactId,
            Email = email,
            State = row.State,
            RecipientStatus = Status(row),
            CreateTime = Show(row.CreateTime),
            NextAttemptTime = row.State == MessageState.Queued ? Show(row.NextAttemptTime) : null,
            AttemptCount = row.AttemptCount,
            SendTime = Show(row.SendTime),
            DeliverTime = Show(row.DeliverTime),
            OpenTime = Show(row.OpenTime),
            ClickTime = Show(row.ClickTime),
            MachineOpenTime = Show(row.MachineOpenTime),
            MachineClickTime = Show(row.MachineClickTime),
            UnsubscribeTime = Show(row.UnsubscribeTime),
            BounceTime = Show(row.BounceTime),
            ComplainTime = Show(row.ComplainTime),
            SmtpCode = row.SmtpCode,
            EnhancedCode = row.EnhancedCode,
            Diagnostic = row.Diagnostic,
            RefusalReason = row.RefusalReason,
        };
        message.Metadata.Add(metadata);
        return message;
    }

    /// <summary>How a recipient stands with one transmission: who followed a link has opened, and who opened has received.</summary>
    public static RecipientStatus Status(MessageRow row) =>
        row.ComplainTime is not null && !(row.NotSpamTime >= row.ComplainTime) ? RecipientStatus.Complained
        : row.ClickTime is not null ? RecipientStatus.Clicked
        : row.OpenTime is not null ? RecipientStatus.Opened
        : row.BounceTime is not null ? RecipientStatus.Bounced
        : row.DeliverTime is not null ? RecipientStatus.Delivered
        : RecipientStatus.Unspecified;

    /// <summary>Those of messages whose recipients have a status: the same rules for the database.</summary>
    public static IQueryable<MessageRow> With(this IQueryable<MessageRow> messages, RecipientStatus status)
    {
        if (status == RecipientStatus.Unspecified)
        {
            return messages;
        }
        if (status == RecipientStatus.Complained)
        {
            return messages.Where(m => m.ComplainTime != null && (m.NotSpamTime == null || m.NotSpamTime < m.ComplainTime));
        }
        var others = messages.Where(m => m.ComplainTime == null || m.NotSpamTime >= m.ComplainTime);
        return status switch
        {
            RecipientStatus.Clicked => others.Where(m => m.ClickTime != null),
            RecipientStatus.Opened => others.Where(m => m.ClickTime == null && m.OpenTime != null),
            RecipientStatus.Bounced => others.Where(m => m.ClickTime == null && m.OpenTime == null && m.BounceTime != null),
            _ => others.Where(m => m.ClickTime == null && m.OpenTime == null && m.BounceTime == null && m.DeliverTime != null),
        };
    }

    private static Timestamp? Show(DateTime? time) => time is { } t ? Timestamp.FromDateTime(t) : null;
}
