using System.Globalization;

// Answers to everything on both of the ports that services have.
var builder = WebApplication.CreateSlimBuilder(args);
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.ListenLocalhost(int.Parse(builder.Configuration["GRPC_PORT"]!, CultureInfo.InvariantCulture));
    kestrel.ListenLocalhost(int.Parse(builder.Configuration["HTTP_PORT"]!, CultureInfo.InvariantCulture));
});
var app = builder.Build();
app.MapGet("/{**path}", () => Results.Ok());
app.Run();
