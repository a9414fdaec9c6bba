using ContactPlatform.Contacts.Access;

namespace ContactPlatform.Contacts.Tests.Access;

public sealed class SigningKeyDecisionsTests
{
    private static readonly DateTime Start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void The_first_key_signs_at_once() => SigningKeyDecisions.NextActivation([], Start).ShouldBe(Start);

    [Fact]
    public void The_next_key_is_shown_a_day_before_it_signs()
    {
        SigningKey[] keys = [Key(1, Start)];
        SigningKeyDecisions.NextActivation(keys, Start.AddDays(29).AddTicks(-1)).ShouldBeNull();
        SigningKeyDecisions.NextActivation(keys, Start.AddDays(29)).ShouldBe(Start.AddDays(30));
        // After a long stop nobody can have it yet, so the old one signs a day longer.
        SigningKeyDecisions.NextActivation(keys, Start.AddDays(90)).ShouldBe(Start.AddDays(91));
    }

    [Fact]
    public void Over_a_year_there_is_always_one_key_that_signs_and_every_token_finds_its_key()
    {
        var keys = new List<SigningKey>();
        var signed = new Dictionary<long, DateTime>();
        for (var now = Start; now < Start.AddDays(365); now += TimeSpan.FromMinutes(10))
        {
            if (SigningKeyDecisions.NextActivation(keys, now) is { } activation)
            {
                keys.Add(Key(keys.Count == 0 ? 1 : keys[^1].KeyNumber + 1, activation));
                (keys.Count == 1 || activation >= now + SigningKeyDecisions.ShownBefore).ShouldBeTrue();
            }
            SigningKeyDecisions.NextActivation(keys, now).ShouldBeNull();
            foreach (var retired in SigningKeyDecisions.Retired(keys, now))
            {
                keys.Remove(retired);
                (now - signed[retired.KeyNumber]).ShouldBeGreaterThan(TokenIssuer.Lifetime);
            }
            signed[SigningKeyDecisions.Current(keys, now).ShouldNotBeNull().KeyNumber] = now;
            keys.Count.ShouldBeInRange(1, 2);
        }
        signed.Count.ShouldBe(13);
    }

    private static SigningKey Key(long number, DateTime activation) => new() { KeyNumber = number, KeyId = $"{number}", PrivateKey = [], CreateTime = activation, ActivateTime = activation };
}
