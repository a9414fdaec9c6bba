using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Data;

namespace ContactPlatform.Deliverability.Messages;

/// <summary>One mail to one recipient: what it is made of, how far it came, and what happened to it since.</summary>
public sealed class MessageRow : IAccountOwned
{
    /// <summary>Characters of <see cref="Domain"/>.</summary>
    public const int MaximumDomain = 255;

    /// <summary>Characters of a recipient's name.</summary>
    public const int MaximumName = 401;

    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The message.</summary>
    public long MessageId { get; init; }

    /// <summary>What it belongs to.</summary>
    public long TransmissionId { get; init; }

    /// <summary>Whose rate it takes part in.</summary>
    public long SenderId { get; init; }

    /// <summary>The contact; 0 where only an address was given.</summary>
    public long ContactId { get; init; }

    /// <summary>Where it goes. The address stands there alone, so that erasing it there leaves none here.</summary>
    public long AddressId { get; init; }

    /// <summary>The address' domain, by which mails at a time are counted; empty once the recipient was erased.</summary>
    public required string Domain { get; init; }

    /// <summary>The recipient's name; may be empty.</summary>
    public required string DisplayName { get; init; }

    /// <summary>Values of the variables that the templates name, as JSON. Taken when it was queued; `{}` once the recipient was erased.</summary>
    public required string VariableValues { get; init; }

    /// <summary>How far it came.</summary>
    public MessageState State { get; init; } = MessageState.Queued;

    /// <summary>When it may be tried; counts while it is queued.</summary>
    public DateTime NextAttemptTime { get; init; }

    /// <summary>How often it was reserved and begun.</summary>
    public int AttemptCount { get; init; }

    /// <summary>The process that reserved it last; 0 for none.</summary>
    public long WorkerId { get; init; }

    /// <summary>Which of that process' reservations it was in: tells one reservation from every other, also from one that was given back.</summary>
    public long Reservation { get; init; }

    /// <summary>Whether others are told what becomes of it.</summary>
    public bool Followed { get; init; }

    /// <summary>How often its failures were classified anew, where others are told of it.</summary>
    public int VerdictRevision { get; init; }

    /// <summary>When it was queued.</summary>
    public DateTime CreateTime { get; init; }

#pragma warning disable CS1591 // Documented in contactplatform/deliverability/v1/message.proto, where the names are the same.
    public DateTime? SendTime { get; init; }
    public DateTime? DeliverTime { get; init; }
    public DateTime? OpenTime { get; init; }
    public DateTime? ClickTime { get; init; }
    public DateTime? MachineOpenTime { get; init; }
    public DateTime? MachineClickTime { get; init; }
    public DateTime? UnsubscribeTime { get; init; }
    public DateTime? BounceTime { get; init; }
    public DateTime? ComplainTime { get; init; }
    public DateTime? NotSpamTime { get; init; }
    public int SmtpCode { get; init; }
    public string EnhancedCode { get; init; } = "";
    public string Diagnostic { get; init; } = "";
    public string RefusalReason { get; init; } = "";
#pragma warning restore CS1591
}
