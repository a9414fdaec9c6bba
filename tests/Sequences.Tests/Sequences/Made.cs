using ContactPlatform.Sequences.V1;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Sequences.Tests.Sequences;

/// <summary>Sequences as tests need them.</summary>
public static class Made
{
    /// <summary>A mail that is sent by itself.</summary>
    public static Step Mail(double days = 0, string text = "Hello {{given_name}}") => new()
    {
        Delay = Duration.FromTimeSpan(TimeSpan.FromDays(days)),
        AutomaticEmail = new() { Variants = { new EmailTemplate { Subject = "News", Text = text } } },
    };

    /// <summary>A call.</summary>
    public static Step Call(double days = 0) => new() { Delay = Duration.FromTimeSpan(TimeSpan.FromDays(days)), Call = new() { Instructions = "Call {{given_name}}" } };

    /// <summary>A text message.</summary>
    public static Step Sms() => new() { Sms = new() { Text = "Hello" } };

    /// <summary>A mail, a call and another mail.</summary>
    public static Sequence Sequence(string name, params Step[] steps) => new()
    {
        DisplayName = name,
        Settings = new() { FromEmail = "sales@example.com" },
        Steps = { steps.Length > 0 ? steps : [Mail(), Call(1), Mail(2)] },
    };
}
