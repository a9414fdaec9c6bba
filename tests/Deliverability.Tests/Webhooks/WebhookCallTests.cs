using ContactPlatform.Deliverability.V1;
using ContactPlatform.Deliverability.WebhookDeliveries;
using ContactPlatform.Deliverability.Webhooks;
using ContactPlatform.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using System.Globalization;

namespace ContactPlatform.Deliverability.Tests.Webhooks;

/// <summary>Receivers that are down, slow, elsewhere or gone, by a clock of ours.</summary>
public sealed class WebhookCallTests(WebhookBed bed) : IClassFixture<WebhookBed>, IAsyncLifetime
{
    private const long Ana = 11;
    private const long Ben = 12;
    private const long Eve = 13;

    /// <summary>What other tests have left waiting is nobody's here.</summary>
    public Task InitializeAsync() => bed.ClearAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    private static long Contact(ReceivedCall call) => long.Parse(call.Data.GetProperty("contact_id").GetString()!, CultureInfo.InvariantCulture);

    [Fact]
    public async Task A_receiver_that_is_down_for_an_hour_gets_everything_in_each_contacts_order()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var account = bed.NewAccount();
        var (_, secret) = await bed.CreateAsync(account, receiver.Address);
        receiver.AnswerWith(503);
        await bed.AddAsync(account, Ana, Ben, Ana, Eve, Ana, Ben);
        for (var minute = 0; minute < 60; minute++)
        {
            await bed.WorkAsync();
            bed.Time.Advance(TimeSpan.FromMinutes(1));
        }
        var all = await bed.DeliveriesAsync(account);
        // The first of each contact was tried: after 5 s, 30 s, 2, 10 and 30 minutes, give or take; the rest has waited for it.
        receiver.Calls.Select(c => c.Id).Distinct().ShouldBe(new[] { all[0], all[1], all[3] }.Select(d => WebhookDeliveryRow.MessageId(d.WebhookDeliveryId)), ignoreOrder: true);
        all.Select(d => d.AttemptCount).ShouldBe([6, 6, 0, 6, 0, 0]);
        all.ShouldAllBe(d => d.State == WebhookDeliveryState.Waiting);

        receiver.AnswerWith(200);
        var before = receiver.Calls.Count;
        for (var minute = 0; minute < 120; minute += 20)
        {
            await bed.WorkAsync();
            bed.Time.Advance(TimeSpan.FromMinutes(20));
        }
        var got = receiver.Calls.Skip(before).ToList();
        got.Count.ShouldBe(6);
        got.GroupBy(Contact).ShouldAllBe(g => g.Select(c => c.Id).SequenceEqual(all.Where(d => d.OrderKey == g.Key).Select(d => WebhookDeliveryRow.MessageId(d.WebhookDeliveryId))));
        receiver.Calls.ShouldAllBe(c => c.IsSignedBy(secret));
        // The time of the call, not of the event.
        receiver.Calls.Select(c => c.Timestamp).Distinct().Count().ShouldBeGreaterThan(4);
        (await bed.DeliveriesAsync(account)).ShouldAllBe(d => d.State == WebhookDeliveryState.Delivered && d.EndTime != null && d.ResponseCode == 200);
    }

    [Fact]
    public async Task An_event_that_is_refused_for_a_day_is_a_dead_letter_and_the_next_of_its_contact_goes_on()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var account = bed.NewAccount();
        await bed.CreateAsync(account, receiver.Address);
        await bed.AddAsync(account, Ana, Ana);
        var first = WebhookDeliveryRow.MessageId((await bed.DeliveriesAsync(account))[0].WebhookDeliveryId);
        receiver.Answer = (call, http) =>
        {
            http.Response.StatusCode = call.Id == first ? 400 : 204;
            return Task.CompletedTask;
        };
        for (var hour = 0; hour < 40; hour++)
        {
            await bed.WorkAsync();
            (await bed.DeliveriesAsync(account))[1].AttemptCount.ShouldBe(receiver.Calls.Count(c => c.Id == first) == 11 ? 1 : 0);
            bed.Time.Advance(TimeSpan.FromHours(1));
        }
        var all = await bed.DeliveriesAsync(account);
        (all[0].State, all[0].AttemptCount, all[0].ResponseCode, all[0].LastResult).ShouldBe((WebhookDeliveryState.Dead, 11, 400, WebhookAttemptResult.Refused));
        (all[1].State, all[1].AttemptCount).ShouldBe((WebhookDeliveryState.Delivered, 1));
        receiver.Calls.Count.ShouldBe(12);
    }

    [Fact]
    public async Task A_slow_receiver_is_given_up_on_and_holds_nobody_else_up()
    {
        await using var slow = await WebhookReceiver.StartAsync();
        await using var quick = await WebhookReceiver.StartAsync();
        var account = bed.NewAccount();
        await bed.CreateAsync(account, slow.Address);
        await bed.CreateAsync(account, quick.Address);
        var released = new TaskCompletionSource();
        slow.Answer = (_, _) => released.Task;
        await bed.AddAsync(account, Enumerable.Range(1, 20).Select(i => (long)i));
        var calls = await bed.Sending.TakeAsync(100, new Dictionary<long, int>(), default);
        // No more than its share, whatever there is for it.
        calls.CountBy(c => c.Url.Port).ShouldAllBe(c => c.Value == 8);
        var running = calls.Select(c => bed.Sending.CallAsync(c, default)).ToList();
        await UntilAsync(() => Task.FromResult(slow.Calls.Count == 8 && quick.Calls.Count == 8 && running.Count(r => r.IsCompleted) == 8));
        bed.Time.Advance(TimeSpan.FromSeconds(14));
        running.Count(r => r.IsCompleted).ShouldBe(8);
        bed.Time.Advance(TimeSpan.FromSeconds(2));
        await Task.WhenAll(running);
        released.SetResult();
        var tried = (await bed.DeliveriesAsync(account)).Where(d => d.AttemptCount > 0).ToList();
        tried.CountBy(d => (d.State, d.LastResult)).ToDictionary().ShouldBe(new Dictionary<(WebhookDeliveryState, WebhookAttemptResult), int>
        {
            [(WebhookDeliveryState.Waiting, WebhookAttemptResult.TimedOut)] = 8,
            [(WebhookDeliveryState.Delivered, WebhookAttemptResult.Delivered)] = 8,
        }, ignoreOrder: true);
    }

    [Fact]
    public async Task A_killed_processs_calls_are_made_again_under_the_same_id_wherever_it_was_killed()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var account = bed.NewAccount();
        await bed.CreateAsync(account, receiver.Address);
        await bed.AddAsync(account, Ana, Ana);
        // Killed after it took the first, and again after that had arrived.
        (await bed.Sending.TakeAsync(100, new Dictionary<long, int>(), default)).ShouldHaveSingleItem();
        await bed.WorkAsync();
        receiver.Calls.ShouldBeEmpty();
        bed.Time.Advance(TimeSpan.FromSeconds(61));
        var again = (await bed.Sending.TakeAsync(100, new Dictionary<long, int>(), default)).ShouldHaveSingleItem();
        (await bed.Caller.SendAsync(again, default)).Result.ShouldBe(WebhookAttemptResult.Delivered);
        bed.Time.Advance(TimeSpan.FromSeconds(61));
        await bed.WorkAsync();
        var all = await bed.DeliveriesAsync(account);
        receiver.Calls.Select(c => c.Id).ShouldBe(new[] { all[0], all[0], all[1] }.Select(d => WebhookDeliveryRow.MessageId(d.WebhookDeliveryId)));
        all.ShouldAllBe(d => d.State == WebhookDeliveryState.Delivered);
        // What the one that was thought dead writes in the end changes nothing.
        await bed.AskAsync(account, async scope =>
        {
            await scope.GetRequiredService<WebhookResults>().WriteAsync(again, new(WebhookAttemptResult.Refused, 500), default);
            return 0;
        });
        (await bed.DeliveriesAsync(account))[0].State.ShouldBe(WebhookDeliveryState.Delivered);
    }

    [Fact]
    public async Task Two_processes_share_the_work_without_taking_anything_twice_or_out_of_order()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var account = bed.NewAccount();
        await bed.CreateAsync(account, receiver.Address);
        await bed.AddAsync(account, Enumerable.Range(0, 90).Select(i => 1L + i % 30));
        await Task.WhenAll(WorkAsync(bed.Sending), WorkAsync(bed.AnotherSending()));
        receiver.Calls.Count.ShouldBe(90);
        var all = (await bed.DeliveriesAsync(account)).ToDictionary(d => WebhookDeliveryRow.MessageId(d.WebhookDeliveryId), d => d.WebhookDeliveryId);
        receiver.Calls.GroupBy(Contact).ShouldAllBe(g => g.Count() == 3 && g.Select(c => all[c.Id]).SequenceEqual(g.Select(c => all[c.Id]).Order()));

        async Task WorkAsync(WebhookSending sending)
        {
            while (receiver.Calls.Count < 90)
            {
                await bed.WorkAsync(sending);
                // What waits for another process's is looked at again a little later.
                bed.Time.Advance(TimeSpan.FromMilliseconds(100));
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, CancellationToken.None);
            }
        }
    }

    [Fact]
    public async Task What_is_old_or_nobodys_is_swept_away()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var account = bed.NewAccount();
        var (id, _) = await bed.CreateAsync(account, receiver.Address);
        var (gone, _) = await bed.CreateAsync(account, receiver.Address);
        await bed.AddAsync(account, Ana);
        receiver.AnswerWith(410);
        await bed.WorkAsync();
        await bed.AskAsync(account, async scope =>
        {
            var db = scope.GetRequiredService<DeliverabilityDbContext>();
            // Both have asked for no more calls.
            (await db.Webhooks.AsNoTracking().ToListAsync()).ShouldAllBe(w => w.Disabled && w.DisabledReason != "" && w.Version == 2);
            await db.Webhooks.Where(w => w.WebhookId == gone).ExecuteDeleteAsync();
            await db.Webhooks.Where(w => w.WebhookId == id).ExecuteUpdateAsync(set => set.SetProperty(w => w.FormerSecret, w => w.Secret).SetProperty(w => w.FormerKeyId, "1").SetProperty(w => w.OverlapEndTime, bed.Now));
            return 0;
        });
        await bed.SweepAsync();
        (await bed.DeliveriesAsync(account)).ShouldHaveSingleItem().WebhookId.ShouldBe(id);
        (await bed.AskAsync(account, scope => scope.GetRequiredService<DeliverabilityDbContext>().Webhooks.AsNoTracking().SingleAsync())).ShouldSatisfyAllConditions(
            w => w.FormerSecret.ShouldBeNull(), w => w.FormerKeyId.ShouldBeNull(), w => w.OverlapEndTime.ShouldBeNull());
        bed.Time.Advance(TimeSpan.FromDays(29));
        await bed.SweepAsync();
        (await bed.DeliveriesAsync(account)).ShouldHaveSingleItem();
        bed.Time.Advance(TimeSpan.FromDays(2));
        await bed.SweepAsync();
        (await bed.DeliveriesAsync(account)).ShouldBeEmpty();
    }
}
