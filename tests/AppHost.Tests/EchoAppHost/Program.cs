using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging;

var builder = DistributedApplication.CreateBuilder(args);

var secret = builder.AddParameter("secret", "a-secret-value", secret: true);

var disk = builder.AddExecutable("disk", "sh", ".", "-c", "echo disk is there; exec sleep 1000")
    .WithEndpoint(port: int.Parse(builder.Configuration["DISK_PORT"]!, null), name: "tcp", isProxied: false);

var store = builder.AddConnectionString(
    "store", ReferenceExpression.Create($"Host=localhost;Port={disk.GetEndpoint("tcp").Property(EndpointProperty.Port)};Password={secret}"));

var back = builder.AddProject("back", "../EchoApp/EchoApp.csproj", launchProfileName: null)
    .WithHttpEndpoint(name: "http", env: "HTTP_PORT")
    .WithHttpHealthCheck("/health", endpointName: "http")
    .WithEnvironment("ECHO_HEALTHY", "no")
    .WithReference(store)
    .WaitFor(disk)
    .WithCommand(
        "greet",
        "Greet",
        context =>
        {
            Log.Greeted(context.Logger, context.ResourceName);
            return Task.FromResult(CommandResults.Success("greeted " + context.ResourceName));
        },
        new CommandOptions { Description = "Says hello", ConfirmationMessage = "Really?", IconName = "HandWave" })
    .WithCommand("fail", "Fail", _ => Task.FromResult(CommandResults.Failure("as asked")))
    .WithCommand("throw", "Throw", _ => throw new InvalidOperationException("thrown as asked"));

var front = builder.AddProject("front-end", "../EchoApp/EchoApp.csproj", launchProfileName: null)
    .WithHttpEndpoint(name: "http", env: "HTTP_PORT")
    .WithHttpHealthCheck("/health", endpointName: "http")
    .WithReference(back)
    .WithReference(disk.GetEndpoint("tcp"))
    .WithEnvironment("THE_SECRET", secret)
    .WithEnvironment("ECHO_STUBBORN", builder.Configuration["STUBBORN"] ?? "no")
    .WithEnvironment("BACK_URL", back.GetEndpoint("http"))
    .WithEnvironment("DISK", ReferenceExpression.Create(
        $"{disk.GetEndpoint("tcp").Property(EndpointProperty.HostAndPort)} as {disk.GetEndpoint("tcp").Property(EndpointProperty.Scheme)}"))
    .WithEnvironment(context => context.EnvironmentVariables["NAMES_SO_FAR"] = string.Join(' ', context.EnvironmentVariables.Keys))
    .WithUrl("https://example.com/manual", "Manual")
    .WithArgs("one", "two words")
    .WaitFor(back)
    .WithReplicas(2);
back.WithReference(front);

builder.AddExecutable("missing", "no-such-program", ".");
var once = builder.AddExecutable("once", "sh", ".", "-c", "echo done; exit 3");
builder.AddExecutable("after-once", "sleep", ".", "1000").WaitForCompletion(once, exitCode: 3);
builder.AddExecutable("never", "sleep", ".", "1000").WaitForCompletion(once);
builder.AddExecutable("later", "sleep", ".", "1000").WithExplicitStart();

builder.Build().Run();

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Hello from {Name}")]
    public static partial void Greeted(ILogger logger, string name);
}
