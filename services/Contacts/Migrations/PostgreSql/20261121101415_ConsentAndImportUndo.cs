using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ContactPlatform.Contacts.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class ConsentAndImportUndo : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "remembered_count",
                table: "imports",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<bool>(
                name: "undoable",
                table: "imports",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<long>(
                name: "unsubscribed_count",
                table: "imports",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<DateTime>(
                name: "unsubscribed_time",
                table: "contacts",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "import_changes",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    import_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    number = table.Column<long>(type: "bigint", nullable: false),
                    stage = table.Column<short>(type: "smallint", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    change_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    label_ids = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_import_changes", x => new { x.account_id, x.import_id, x.contact_id, x.number });
                });

            migrationBuilder.CreateTable(
                name: "import_creations",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    import_id = table.Column<long>(type: "bigint", nullable: false),
                    number = table.Column<long>(type: "bigint", nullable: false),
                    stage = table.Column<short>(type: "smallint", nullable: false),
                    contact_count = table.Column<int>(type: "integer", nullable: false),
                    create_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    contact_ids = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_import_creations", x => new { x.account_id, x.import_id, x.number, x.stage });
                });

            migrationBuilder.CreateTable(
                name: "import_undo_results",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    import_undo_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    outcome = table.Column<short>(type: "smallint", nullable: false),
                    reason = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    kept_fields = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_import_undo_results", x => new { x.account_id, x.import_undo_id, x.contact_id });
                });

            migrationBuilder.CreateTable(
                name: "import_undos",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    import_undo_id = table.Column<long>(type: "bigint", nullable: false),
                    import_id = table.Column<long>(type: "bigint", nullable: false),
                    deleted_count = table.Column<long>(type: "bigint", nullable: false),
                    restored_count = table.Column<long>(type: "bigint", nullable: false),
                    partly_restored_count = table.Column<long>(type: "bigint", nullable: false),
                    kept_count = table.Column<long>(type: "bigint", nullable: false),
                    failed_count = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_import_undos", x => new { x.account_id, x.import_undo_id });
                });

            migrationBuilder.CreateTable(
                name: "import_values",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    import_id = table.Column<long>(type: "bigint", nullable: false),
                    contact_id = table.Column<long>(type: "bigint", nullable: false),
                    number = table.Column<long>(type: "bigint", nullable: false),
                    detail = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_import_values", x => new { x.account_id, x.import_id, x.contact_id, x.number });
                    table.ForeignKey(
                        name: "fk_import_values_contacts",
                        columns: x => new { x.account_id, x.contact_id },
                        principalTable: "contacts",
                        principalColumns: new[] { "account_id", "contact_id" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "suppressions",
                columns: table => new
                {
                    account_id = table.Column<long>(type: "bigint", nullable: false),
                    address_hash = table.Column<string>(type: "character varying(64)", unicode: false, maxLength: 64, nullable: false),
                    key_id = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    suppress_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    suppress_actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    suppress_actor_subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    import_id = table.Column<long>(type: "bigint", nullable: false),
                    lift_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    lift_actor_kind = table.Column<short>(type: "smallint", nullable: false),
                    lift_actor_subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_suppressions", x => new { x.account_id, x.address_hash });
                });

            migrationBuilder.CreateIndex(
                name: "ix_contacts_second_phone",
                table: "contacts",
                columns: new[] { "account_id", "phone" },
                filter: "email IS NOT NULL AND phone IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_import_values_contact",
                table: "import_values",
                columns: new[] { "account_id", "contact_id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "import_changes");

            migrationBuilder.DropTable(
                name: "import_creations");

            migrationBuilder.DropTable(
                name: "import_undo_results");

            migrationBuilder.DropTable(
                name: "import_undos");

            migrationBuilder.DropTable(
                name: "import_values");

            migrationBuilder.DropTable(
                name: "suppressions");

            migrationBuilder.DropIndex(
                name: "ix_contacts_second_phone",
                table: "contacts");

            migrationBuilder.DropColumn(
                name: "remembered_count",
                table: "imports");

            migrationBuilder.DropColumn(
                name: "undoable",
                table: "imports");

            migrationBuilder.DropColumn(
                name: "unsubscribed_count",
                table: "imports");

            migrationBuilder.DropColumn(
                name: "unsubscribed_time",
                table: "contacts");
        }
    }
}
