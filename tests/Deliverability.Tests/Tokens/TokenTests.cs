using ContactPlatform.Deliverability.Tokens;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Configuration;

namespace ContactPlatform.Deliverability.Tests.Tokens;

public sealed class TokenTests
{
    private static readonly MailNames Names = Make(("Mail:Keys:1", "a secret of at least thirty-two characters"));

    [Fact]
    public void Every_name_leads_back_to_its_message_and_to_no_other() =>
        Prop.ForAll(Gen.Choose(1, int.MaxValue).SelectMany(a => Gen.Choose(1, int.MaxValue).Select(m => (Account: (long)a << (a & 31), Message: (long)m << (m & 31)))).ToArbitrary(), m =>
        {
            var bounce = Names.BounceAddress(m.Account, m.Message);
            bounce.IndexOf('@', StringComparison.Ordinal).ShouldBeLessThanOrEqualTo(64);
            Names.ReadBounceAddress(bounce.ToUpperInvariant()).ShouldBe(new(m.Account, m.Message));
            Names.ReadMessageId(Names.MessageId(m.Account, m.Message)).ShouldBe(new(m.Account, m.Message));
            var click = Token(Names.Url(TokenPurpose.Click, new(m.Account, m.Message, 7)));
            Names.ReadUrl(TokenPurpose.Click, click).ShouldBe(new(m.Account, m.Message, 7));
            foreach (var purpose in new[] { TokenPurpose.Open, TokenPurpose.Unsubscribe })
            {
                Names.ReadUrl(purpose, click).ShouldBeNull();
            }
            // Any other character anywhere is another token.
            for (var i = 0; i < click.Length; i++)
            {
                var forged = $"{click[..i]}{(click[i] == 'A' ? 'B' : 'A')}{click[(i + 1)..]}";
                (Names.ReadUrl(TokenPurpose.Click, forged) is null).ShouldBeTrue(forged);
            }
            Names.ReadBounceAddress($"b.a{bounce[2..]}").ShouldBeNull();
            Names.ReadBounceAddress($"m{bounce[1..]}").ShouldBeNull();
            Names.ReadBounceAddress(bounce.Replace("bounces", "elsewhere", StringComparison.Ordinal)).ShouldBeNull();
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("")]
    [InlineData("AAAA")]
    [InlineData("not base64 at all!")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void What_we_did_not_write_is_nothing(string token) => Names.ReadUrl(TokenPurpose.Open, token).ShouldBeNull();

    [Theory]
    [InlineData("somebody@bounces.example")]
    [InlineData("b.@bounces.example")]
    [InlineData("b.!!!!@bounces.example")]
    [InlineData("@")]
    public void Addresses_of_others_are_nothing(string address) => Names.ReadBounceAddress(address).ShouldBeNull();

    [Fact]
    public void Older_keys_are_still_read_and_no_longer_written()
    {
        var before = Token(Names.Url(TokenPurpose.Open, new(1, 2)));
        var after = Make(("Mail:Keys:1", "a secret of at least thirty-two characters"), ("Mail:Keys:2", "another secret of thirty-two characters"), ("Mail:CurrentKey", "2"));
        after.ReadUrl(TokenPurpose.Open, before).ShouldBe(new(1, 2));
        Token(after.Url(TokenPurpose.Open, new(1, 2))).ShouldNotBe(before);
        Names.ReadUrl(TokenPurpose.Open, Token(after.Url(TokenPurpose.Open, new(1, 2)))).ShouldBeNull();
    }

    [Theory]
    [InlineData("Mail:Keys:1", "too short", "at least 32")]
    [InlineData("Mail:CurrentKey", "3", "expected one of Mail:Keys: 1")]
    [InlineData("Mail:BounceDomain", "a b", "Mail:BounceDomain")]
    [InlineData("Mail:PublicUrl", "ftp://mail.example", "Mail:PublicUrl")]
    public void Settings_that_cannot_be_used_are_told(string name, string value, string problem) =>
        Should.Throw<InvalidOperationException>(() => Make(("Mail:Keys:1", "a secret of at least thirty-two characters"), (name, value))).Message.ShouldContain(problem);

    private static string Token(string url) => url[(url.LastIndexOf('/') + 1)..];

    private static MailNames Make(params (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Mail:BounceDomain"] = "bounces.example", ["Mail:PublicUrl"] = "https://mail.example/" }).Build();
        foreach (var (name, value) in settings)
        {
            configuration[name] = value;
        }
        return new MailNames(new MailKeys(configuration), configuration);
    }
}
