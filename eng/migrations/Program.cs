using ContactPlatform.ServiceDefaults.Auth;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// `dotnet ef` starts this program, takes the services of the host that it builds, and stops it: so every context of the
// services is registered here, SQL Server's under their own type, with connection strings that are never opened.
var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddSingleton<CurrentAccount>();
foreach (var name in (string[])["Contacts", "Funnel", "Deliverability", "Sequences"])
{
    var assembly = System.Reflection.Assembly.Load($"ContactPlatform.{name}");
    Add($"ContactPlatform.{name}.{name}DbContext", options => options.UseNpgsql("Host=design"));
    Add($"ContactPlatform.{name}.SqlServer{name}DbContext", options => options.UseSqlServer("Server=design"));

    void Add(string type, Action<DbContextOptionsBuilder> configure) =>
        typeof(EntityFrameworkServiceCollectionExtensions).GetMethods()
            .Single(m => m.Name == "AddDbContext" && m.GetGenericArguments().Length == 1 && m.GetParameters()[1].ParameterType == typeof(Action<DbContextOptionsBuilder>))
            .MakeGenericMethod(assembly.GetType(type, throwOnError: true)!)
            .Invoke(null, [builder.Services, configure, ServiceLifetime.Scoped, ServiceLifetime.Singleton]);
}
builder.Build().Run();
