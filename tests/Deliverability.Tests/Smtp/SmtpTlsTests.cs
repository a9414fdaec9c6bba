using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ContactPlatform.Deliverability.Smtp;
using ContactPlatform.MailSink;
using ContactPlatform.Testing;

namespace ContactPlatform.Deliverability.Tests.Smtp;

/// <summary>Protected connections, in both ways of RFC 8314, and the servers that are not believed.</summary>
public sealed class SmtpTlsTests
{
    [Theory]
    [InlineData("PLAIN")]
    [InlineData("LOGIN")]
    public async Task Starts_tls_and_says_who_it_is(string mechanism)
    {
        using var folder = new TestFolder();
        using var certificate = Certificate();
        var authority = Authority(folder, certificate);
        await using var sink = new SmtpSink(behaviour: new() { Certificate = certificate, Login = ("shop", "pass word"), Mechanism = mechanism });
        await using var connection = await OpenAsync("pass word", authority);
        (await SendAsync(connection)).Result.ShouldBe(SmtpResult.Accepted);

        (await Should.ThrowAsync<SmtpUnavailableException>(() => OpenAsync("wrong", authority))).Message.ShouldContain("535");
        // A certificate of nobody that is known here.
        await Should.ThrowAsync<SmtpUnavailableException>(() => OpenAsync("pass word", null));
        // It is another's: the name is looked at.
        (await Should.ThrowAsync<SmtpUnavailableException>(() => new SmtpOpening(
            new() { Host = "127.0.0.1", Port = sink.Port, Tls = SmtpTls.StartTls, AuthorityFile = authority }, TimeProvider.System).OpenAsync(default))).InnerException.ShouldBeOfType<System.Security.Authentication.AuthenticationException>();
        sink.Behaviour.Certificate = null;
        (await Should.ThrowAsync<SmtpUnavailableException>(() => OpenAsync("pass word", authority))).Message.ShouldContain("does not offer STARTTLS");
        (await Should.ThrowAsync<SmtpUnavailableException>(() => OpenAsync("pass word", authority, SmtpTls.WhenOffered))).Message.ShouldContain("not sent in the clear");
        sink.Count.ShouldBe(1);

        Task<SmtpConnection> OpenAsync(string password, string? authorityFile, SmtpTls tls = SmtpTls.StartTls) => new SmtpOpening(
            new() { Host = "localhost", Port = sink.Port, Tls = tls, AuthorityFile = authorityFile, User = "shop", Password = password }, TimeProvider.System).OpenAsync(default);
    }

    [Fact]
    public async Task Speaks_tls_from_the_first_byte_and_says_who_it_is()
    {
        using var folder = new TestFolder();
        using var certificate = Certificate();
        await using var sink = new SmtpSink(behaviour: new() { Certificate = certificate, ImplicitTls = true, Login = ("shop", "pass word") });
        var settings = new SmtpSettings
        {
            Host = "localhost", Port = sink.Port, Tls = SmtpTls.Implicit, AuthorityFile = Authority(folder, certificate), User = "shop", Password = "pass word", ConnectLimit = TimeSpan.FromSeconds(10),
        };
        await using var connection = await OpenAsync(settings);
        (await SendAsync(connection)).Result.ShouldBe(SmtpResult.Accepted);
        sink.Count.ShouldBe(1);

        // A server that speaks in the clear is no such server; neither password nor mail goes to it.
        sink.Behaviour.ImplicitTls = false;
        await Should.ThrowAsync<SmtpUnavailableException>(() => OpenAsync(settings));
        sink.Count.ShouldBe(1);
    }

    /// <summary>Which certificate the server has, for how many days from now, and whether its authority is known here.</summary>
    [Theory]
    [InlineData("localhost", -1, 1, false)]
    [InlineData("mail.example.org", -1, 1, true)]
    [InlineData("localhost", -2, -1, true)]
    [InlineData("localhost", 1, 2, true)]
    public async Task A_certificate_of_a_stranger_of_another_name_or_of_another_time_is_refused(string name, int from, int to, bool known)
    {
        using var folder = new TestFolder();
        using var certificate = Certificate(name, from, to);
        using var other = Certificate();
        var authority = Authority(folder, known ? certificate : other);
        await using var sink = new SmtpSink(behaviour: new() { Certificate = certificate });
        foreach (var tls in new[] { SmtpTls.Implicit, SmtpTls.StartTls, SmtpTls.WhenOffered })
        {
            sink.Behaviour.ImplicitTls = tls == SmtpTls.Implicit;
            var refused = await Should.ThrowAsync<SmtpUnavailableException>(() => OpenAsync(new() { Host = "localhost", Port = sink.Port, Tls = tls, AuthorityFile = authority }));
            refused.InnerException.ShouldBeOfType<AuthenticationException>();
        }
        sink.Count.ShouldBe(0);
    }

    private static Task<SmtpConnection> OpenAsync(SmtpSettings settings) => new SmtpOpening(settings, TimeProvider.System).OpenAsync(default);

    private static Task<SmtpOutcome> SendAsync(SmtpConnection connection) => connection.SendAsync(new("bounce@bounces.example", "good@example.com", "Subject: x\r\n\r\nend\r\n"u8.ToArray()), null, default);

    private static string Authority(TestFolder folder, X509Certificate2 certificate)
    {
        var file = Path.Combine(folder.Path, "authority.pem");
        File.WriteAllText(file, certificate.ExportCertificatePem());
        return file;
    }

    private static X509Certificate2 Certificate(string name = "localhost", int from = -1, int to = 1)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(from), now.AddDays(to));
    }
}
