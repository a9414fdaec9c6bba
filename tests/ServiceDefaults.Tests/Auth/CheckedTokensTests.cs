using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.Testing;
using Microsoft.IdentityModel.Tokens;

namespace ContactPlatform.ServiceDefaults.Tests.Auth;

public sealed class CheckedTokensTests
{
    private readonly TestTokens _tokens = new("one");
    private readonly FakeTime _time = new(TimeProvider.System.GetUtcNow());
    private int _checks;
    private bool _withdrawn;

    [Fact]
    public async Task A_good_token_is_checked_once_a_minute()
    {
        using var checker = new CheckedTokens(_time);
        var token = _tokens.Token("read");
        await ShouldBeAsync(checker, token, good: true, checks: 1);
        await ShouldBeAsync(checker, token, good: true, checks: 1);
        await ShouldBeAsync(checker, _tokens.Token("read", account: 2), good: true, checks: 2);
        _time.Advance(TimeSpan.FromSeconds(61));
        await ShouldBeAsync(checker, token, good: true, checks: 3);
    }

    [Fact]
    public async Task One_whose_key_is_withdrawn_is_good_for_a_minute_at_most()
    {
        using var checker = new CheckedTokens(_time);
        var token = _tokens.Token("read");
        await ShouldBeAsync(checker, token, good: true, checks: 1);
        _withdrawn = true;
        _time.Advance(TimeSpan.FromSeconds(61));
        await ShouldBeAsync(checker, token, good: false, checks: 2);
    }

    [Fact]
    public async Task What_is_refused_is_checked_each_time()
    {
        using var checker = new CheckedTokens(_time);
        var stranger = new TestTokens("one").Token("read");
        await ShouldBeAsync(checker, stranger, good: false, checks: 1);
        await ShouldBeAsync(checker, stranger, good: false, checks: 2);
    }

    [Fact]
    public async Task It_is_not_remembered_past_its_end()
    {
        using var checker = new CheckedTokens(_time);
        var token = _tokens.Token("read", expires: TimeSpan.FromSeconds(10));
        await ShouldBeAsync(checker, token, good: true, checks: 1);
        _time.Advance(TimeSpan.FromSeconds(11));
        await ShouldBeAsync(checker, token, good: true, checks: 2);
    }

    private async Task ShouldBeAsync(CheckedTokens checker, string token, bool good, int checks)
    {
        var result = await checker.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = "contactplatform",
            ValidAudience = "contactplatform",
            ClockSkew = TimeSpan.FromMinutes(5),
            IssuerSigningKeyResolver = (_, _, _, _) =>
            {
                _checks++;
                return _withdrawn ? [] : [_tokens.Key];
            },
        });
        (result.IsValid, _checks).ShouldBe((good, checks));
    }
}
