using ContactPlatform.Deliverability.Smtp;

namespace ContactPlatform.Deliverability.Sending;

/// <summary>A message that this process has reserved and now sends.</summary>
/// <param name="AccountId">Its account.</param>
/// <param name="MessageId">The message.</param>
/// <param name="TransmissionId">What it is made of.</param>
/// <param name="SenderId">Whose it is.</param>
/// <param name="AddressId">Where it goes.</param>
/// <param name="Address">The same as text.</param>
/// <param name="Domain">Its domain.</param>
/// <param name="DisplayName">The recipient's name; may be empty.</param>
/// <param name="VariableValues">Values for it alone, as JSON.</param>
/// <param name="AttemptCount">Which attempt this is, from 1.</param>
/// <param name="Reservation">Which of this process' reservations it is in.</param>
public sealed record ReservedMail(
    long AccountId, long MessageId, long TransmissionId, long SenderId, long AddressId, string Address, string Domain, string DisplayName, string VariableValues, int AttemptCount, long Reservation);

/// <summary>Mails that one connection sends, one after the other.</summary>
/// <param name="Reservation">Their reservation.</param>
/// <param name="Mails">The mails, of one sender.</param>
public sealed record MailGroup(long Reservation, IReadOnlyList<ReservedMail> Mails);

/// <summary>What became of a reserved message.</summary>
/// <param name="Mail">The message.</param>
/// <param name="Outcome">What became of it; null when it was not begun.</param>
/// <param name="Time">When, UTC.</param>
public sealed record SendResult(ReservedMail Mail, SmtpOutcome? Outcome, DateTime Time);
