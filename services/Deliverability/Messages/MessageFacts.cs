using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Deliverability.Messages;

/// <summary>What happens to a message after it was sent; the numbers are those of the statement below.</summary>
public enum MessageFact
{
    /// <summary>It is known to have arrived.</summary>
    Delivered = 1,

    /// <summary>A person opened it.</summary>
    Opened = 2,

    /// <summary>A person followed a link of it.</summary>
    Clicked = 3,

    /// <summary>A machine fetched its picture.</summary>
    MachineOpened = 4,

    /// <summary>A machine followed a link of it.</summary>
    MachineClicked = 5,

    /// <summary>The recipient unsubscribed by it.</summary>
    Unsubscribed = 6,
}

/// <summary>
/// Folds what happened into messages and their addresses, in one transaction: of each kind the first time counts for the
/// message and the last for the address, so the same again, or in another order, gives the same. Messages are locked before
/// addresses, as everywhere.
/// </summary>
public sealed class MessageFacts(DeliverabilityDbContext db, AddressFactStore facts)
{
    // That it was received, opened, clicked or answered shows that it was sent, where nobody knew.
    private static readonly SqlText Fold = new(
        """
        UPDATE messages SET
          deliver_time = CASE WHEN @fact = 1 THEN LEAST(deliver_time, @time) ELSE deliver_time END,
          open_time = CASE WHEN @fact = 2 THEN LEAST(open_time, @time) ELSE open_time END,
          click_time = CASE WHEN @fact = 3 THEN LEAST(click_time, @time) ELSE click_time END,
          machine_open_time = CASE WHEN @fact = 4 THEN LEAST(machine_open_time, @time) ELSE machine_open_time END,
          machine_click_time = CASE WHEN @fact = 5 THEN LEAST(machine_click_time, @time) ELSE machine_click_time END,
          unsubscribe_time = CASE WHEN @fact = 6 THEN LEAST(unsubscribe_time, @time) ELSE unsubscribe_time END,
          state = CASE WHEN state = 5 THEN 3 ELSE state END
        WHERE account_id = @account AND message_id = @message
        RETURNING address_id
        """,
        """
        UPDATE messages SET
          deliver_time = CASE WHEN @fact = 1 AND (deliver_time IS NULL OR deliver_time > @time) THEN @time ELSE deliver_time END,
          open_time = CASE WHEN @fact = 2 AND (open_time IS NULL OR open_time > @time) THEN @time ELSE open_time END,
          click_time = CASE WHEN @fact = 3 AND (click_time IS NULL OR click_time > @time) THEN @time ELSE click_time END,
          machine_open_time = CASE WHEN @fact = 4 AND (machine_open_time IS NULL OR machine_open_time > @time) THEN @time ELSE machine_open_time END,
          machine_click_time = CASE WHEN @fact = 5 AND (machine_click_time IS NULL OR machine_click_time > @time) THEN @time ELSE machine_click_time END,
          unsubscribe_time = CASE WHEN @fact = 6 AND (unsubscribe_time IS NULL OR unsubscribe_time > @time) THEN @time ELSE unsubscribe_time END,
          state = CASE WHEN state = 5 THEN 3 ELSE state END
        OUTPUT inserted.address_id
        WHERE account_id = @account AND message_id = @message
        """);

    /// <summary>Folds one fact of one message of the context's account.</summary>
    /// <param name="messageId">The message.</param>
    /// <param name="fact">What happened.</param>
    /// <param name="factTime">When, UTC.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False when there is no such message.</returns>
    public async Task<bool> FoldAsync(long messageId, MessageFact fact, DateTime factTime, CancellationToken cancellationToken)
    {
        var own = db.Database.CurrentTransaction is null ? await db.Database.BeginTransactionAsync(cancellationToken) : null;
        await using var end = own;
        await using var command = db.Database.GetDbConnection().Command(Fold, db.Database.CurrentTransaction!.GetDbTransaction());
        command.With("account", db.AccountId).With("message", messageId).With("fact", (int)fact).With("time", Clock.Truncate(factTime));
        if (await command.ExecuteScalarAsync(cancellationToken) is not long addressId)
        {
            return false;
        }
        await facts.FoldAsync([new AddressFact(addressId, Kind(fact), factTime)], [], null, cancellationToken);
        await (own?.CommitAsync(cancellationToken) ?? Task.CompletedTask);
        return true;
    }

    private static FactKind Kind(MessageFact fact) => fact switch
    {
        MessageFact.Delivered => FactKind.Delivered,
        MessageFact.Opened => FactKind.Opened,
        MessageFact.Clicked => FactKind.Clicked,
        MessageFact.MachineOpened => FactKind.MachineOpened,
        MessageFact.MachineClicked => FactKind.MachineClicked,
        _ => FactKind.Unsubscribed,
    };
}
