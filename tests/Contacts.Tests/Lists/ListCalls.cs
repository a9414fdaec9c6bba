namespace ContactPlatform.Contacts.Tests.Lists;

/// <summary>Lists as one account calls for them.</summary>
internal static class ListCalls
{
    public static async Task<V1.ContactList> ListAsync(this Account account, string name) =>
        (await account.Lists.CreateContactListAsync(new() { DisplayName = name })).ContactList;

    public static async Task<List<V1.ContactListChange>> PutAsync(this Account account, V1.ContactList list, params V1.Contact[] contacts) =>
        [.. (await account.Lists.AddContactListMembersAsync(new() { ContactListId = list.ContactListId, ContactIds = { contacts.Select(c => c.ContactId) } })).Outcomes.Select(o => o.Change)];

    public static async Task<List<V1.ContactListChange>> TakeOffAsync(this Account account, V1.ContactList list, params V1.Contact[] contacts) =>
        [.. (await account.Lists.RemoveContactListMembersAsync(new() { ContactListId = list.ContactListId, ContactIds = { contacts.Select(c => c.ContactId) } })).Outcomes.Select(o => o.Change)];

    public static async Task<List<long>> OnAsync(this Account account, V1.ContactList list) =>
        [.. (await account.Lists.ListContactListMembersAsync(new() { ContactListId = list.ContactListId, PageSize = 1000 })).Members.Select(m => m.ContactId)];
}
