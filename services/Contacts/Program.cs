using ContactPlatform.Contacts;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Hosting;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("contacts", ContactsScopes.Table);
builder.AddPlatformDatabase<ContactsDbContext, SqlServerContactsDbContext>("contacts");

var app = builder.Build();
app.MapServiceDefaults();
app.Run();
