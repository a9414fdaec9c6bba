using System.Collections;
using System.Diagnostics;

var builder = WebApplication.CreateSlimBuilder(args);
builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(int.Parse(Environment.GetEnvironmentVariable("HTTP_PORT")!, null)));
var app = builder.Build();
var healthy = Environment.GetEnvironmentVariable("ECHO_HEALTHY") != "no";
var children = new List<Process>();

app.MapGet("/health", () => healthy ? Results.Ok() : Results.StatusCode(503));
app.MapPost("/healthy", (bool value) => { healthy = value; });
app.MapGet("/pid", () => Environment.ProcessId);
app.MapGet("/environment", () => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
    .ToDictionary(e => (string)e.Key, e => (string?)e.Value));
app.MapGet("/arguments", () => args);
app.MapPost("/say", (string text) => Console.WriteLine(text));
app.MapPost("/complain", (string text) => Console.Error.WriteLine(text));
app.MapPost("/exit", (int code) => Environment.Exit(code));
// A child in the same process group that takes no notice of SIGTERM.
app.MapPost("/child", () =>
{
    var child = Process.Start("sh", ["-c", "trap '' TERM; sleep 600 & wait; sleep 600"]);
    children.Add(child);
    return child.Id;
});
if (Environment.GetEnvironmentVariable("ECHO_STUBBORN") == "yes")
{
    // Never ends by SIGTERM.
    app.Lifetime.ApplicationStopping.Register(() => new ManualResetEventSlim().Wait());
}

app.Run();
