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
        row.ClickTime is not null ? RecipientStatus.Clicked
        : row.OpenTime is not null ? RecipientStatus.Opened
        : row.DeliverTime is not null ? RecipientStatus.Delivered
        : RecipientStatus.Unspecified;

    private static Timestamp? Show(DateTime? time) => time is { } t ? Timestamp.FromDateTime(t) : null;
}
