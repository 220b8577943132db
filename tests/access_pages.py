"""Who gets which page: every page, every method, every kind of asker; read by test_access."""

# Dan is a stranger, Ben has signed up for the date, Aiko organises it, Chie organises for another body, Emi has
# organised it until yesterday. All but Dan are signed in. `ask` is a 303 to the page where one signs in.
PAGES = """
                                                          dan  ben  aiko chie emi
GET  /                                                    200  200  200  200  200
GET  /month                                               200  200  200  200  200
GET  /subscribe                                           200  200  200  200  200
GET  /dates/<occurrence_id>                               200  200  200  200  200
GET  /dates/<occurrence_id>/parts                         200  200  200  200  200
GET  /dates/<occurrence_id>/calendar.ics                  200  200  200  200  200
GET  /dates/<occurrence_id>/board                         404  404  200  404  404
GET  /dates/<occurrence_id>/board/add                     404  404  200  404  404
POST /dates/<occurrence_id>/board/add                     404  404  303  404  404
GET  /dates/<occurrence_id>/board/places                  404  404  200  404  404
POST /dates/<occurrence_id>/board/places                  404  404  303  404  404
GET  /dates/<occurrence_id>/board/message                 404  404  200  404  404
POST /dates/<occurrence_id>/board/message                 404  404  303  404  404
GET  /dates/<occurrence_id>/board/list                    404  404  200  404  404
GET  /dates/<occurrence_id>/board/insurance               404  404  200  404  404
GET  /dates/<occurrence_id>/board/insurance.csv           404  404  200  404  404
GET  /dates/<occurrence_id>/board/<participation_id>      404  404  200  404  404
POST /dates/<occurrence_id>/board/<participation_id>/approve   404  404  303  404  404
POST /dates/<occurrence_id>/board/<participation_id>/decline   404  404  409  404  404
POST /dates/<occurrence_id>/board/<participation_id>/ask       404  404  409  404  404
POST /dates/<occurrence_id>/board/<participation_id>/move      404  404  303  404  404
POST /dates/<occurrence_id>/board/<participation_id>/people    404  404  303  404  404
POST /dates/<occurrence_id>/board/<participation_id>/contact   404  404  303  404  404
POST /dates/<occurrence_id>/board/<participation_id>/consent   404  404  303  404  404
POST /dates/<occurrence_id>/board/<participation_id>/remove    404  404  303  404  404
POST /dates/<occurrence_id>/board/<participation_id>/again     404  404  303  404  404
POST /board/undo/<change_id>                              404  404  303  404  404
GET  /dates/<occurrence_id>/homes                         404  404  200  404  404
POST /dates/<occurrence_id>/homes/<household_id>          404  404  303  404  404
GET  /dates/<occurrence_id>/enter                         404  404  200  404  404
POST /dates/<occurrence_id>/enter                         404  404  303  404  404
GET  /dates/<occurrence_id>/paper                         404  404  200  404  404
POST /dates/<occurrence_id>/sheets                        404  404  303  404  404
GET  /dates/<occurrence_id>/sheets.pdf                    404  404  200  404  404
GET  /dates/<occurrence_id>/poster.pdf                    200  200  200  200  200
GET  /dates/<occurrence_id>/station-list.pdf              404  404  200  404  404
GET  /dates/<occurrence_id>/roster.pdf                    404  404  200  404  404
GET  /activities/<activity_id>/rota.pdf                   404  404  200  404  404
GET  /people/<card_person_id>/card                        404  404  200  404  404
POST /people/<card_person_id>/card                        404  404  303  404  404
POST /people/<card_person_id>/card/stop                   404  404  303  404  404
GET  /people/<card_person_id>/card.pdf                    404  404  200  404  404
GET  /sheets                                              200  200  200  200  200
POST /sheets                                              303  303  303  303  303
GET  /sheets/<code>                                       303  303  200  303  303
POST /sheets/<code>                                       404  404  303  404  404
GET  /sheets/<code>/paper.pdf                             404  404  200  404  404
POST /sheets/<code>/undo                                  404  404  409  404  404
POST /sheets/<code>/withdraw                              404  404  303  404  404
POST /sheets/<code>/restore                               404  404  303  404  404
GET  /dates/<occurrence_id>/shares                        404  404  200  404  404
GET  /dates/<occurrence_id>/decision                      404  404  200  404  404
POST /dates/<occurrence_id>/decision                      404  404  303  404  404
GET  /dates/<occurrence_id>/decision/<outcome>            404  404  303  404  404
POST /dates/<occurrence_id>/decision/links/close          404  404  303  404  404
POST /dates/<occurrence_id>/decision/undo/<revision>      404  404  303  404  404
GET  /dates/<occurrence_id>/attendance                    404  404  200  404  404
POST /dates/<occurrence_id>/attendance                    404  404  303  404  404
GET  /activities/<activity_id>                            200  200  200  200  200
GET  /activities/<activity_id>                   (draft)  404  404  200  404  404
GET  /activities/<activity_id>/reminders                  404  404  200  404  404
POST /activities/<activity_id>/reminders                  404  404  303  404  404
GET  /activities/<activity_id>/edit              (draft)  404  404  200  404  404
POST /activities/<activity_id>/edit              (draft)  404  404  303  404  404
POST /activities/<activity_id>/publish           (draft)  404  404  303  404  404
POST /activities/<activity_id>/unpublish         (draft)  404  404  303  404  404
GET  /activities/<activity_id>/discard           (draft)  404  404  200  404  404
POST /activities/<activity_id>/discard           (draft)  404  404  303  404  404
POST /activities/<activity_id>/restore           (draft)  404  404  303  404  404
GET  /activities/<activity_id>/end                        404  404  200  404  404
POST /activities/<activity_id>/end                        404  404  422  404  404
GET  /activities/<activity_id>/words                      404  404  200  404  404
POST /activities/<activity_id>/words                      404  404  303  404  404
GET  /activities/<activity_id>/terms                      404  404  200  404  404
POST /activities/<activity_id>/terms                      404  404  303  404  404
GET  /activities/<activity_id>/terms/<position>           404  404  200  404  404
POST /activities/<activity_id>/terms/<position>           404  404  303  404  404
GET  /slots/<slot_id>/join                                200  200  200  200  200
POST /slots/<slot_id>/join                                303  303  303  303  303
GET  /slots/<slot_id>/join/group                          200  200  200  200  200
POST /slots/<slot_id>/join/group                          303  303  303  303  303
GET  /slots/<slot_id>/joined                              404  404  404  404  404
POST /slots/<slot_id>/joined/forget                       303  303  303  303  303
GET  /slots/<slot_id>/draw                                200  200  200  200  200
GET  /participations/<participation_id>                   404  200  404  404  404
POST /participations/<participation_id>/prove             404  303  404  404  404
POST /participations/<participation_id>/accept            404  303  404  404  404
POST /participations/<participation_id>/reply             404  303  404  404  404
GET  /participations/<participation_id>/consent           404  404  404  200  404
POST /participations/<participation_id>/consent           404  404  404  303  404
GET  /participations/<participation_id>/stand-in          404  200  404  404  404
POST /participations/<participation_id>/stand-in          404  200  404  404  404
POST /participations/<participation_id>/stand-in/stop     404  303  404  404  404
GET  /stand-ins/open/<search_id>                          200  200  200  200  200
POST /stand-ins/open/<search_id>                          303  409  303  303  303
GET  /stand-ins/asked/<asked_search_id>                   404  404  404  200  404
POST /stand-ins/asked/<asked_search_id>                   404  404  404  303  404
GET  /activities/<activity_id>/join/<position>            200  200  200  200  200
POST /activities/<activity_id>/join/<position>            303  303  303  303  303
GET  /activities/<activity_id>/join/<position>/joined     404  404  404  404  404
POST /activities/<activity_id>/join/<position>/joined/forget  303  303  303  303  303
POST /activities/<activity_id>/join/<position>/joined/undo  404  404  404  404  404
GET  /series/<series_id>                                  404  200  404  404  404
POST /series/<series_id>/prove                            404  303  404  404  404
POST /series/<series_id>/months                           404  303  404  404  404
POST /series/<series_id>/end                              404  303  404  404  404
POST /participations/<series_row_id>/come                 404  303  404  404  404
POST /me/sms                                              ask  404  404  404  404
GET  /participations/<participation_id>/answers           404  200  200  404  404
POST /participations/<participation_id>/answers           404  303  303  404  404
GET  /participations/<participation_id>/again             404  200  404  404  404
POST /participations/<participation_id>/again             404  303  404  404  404
GET  /participations/<participation_id>/withdraw          404  200  404  404  404
POST /participations/<participation_id>/withdraw          404  303  404  404  404
POST /participations/<participation_id>/back              404  303  404  404  404
GET  /participations/<participation_id>/company           404  200  404  404  404
GET  /participations/<participation_id>/fewer             404  200  404  404  404
POST /participations/<participation_id>/fewer             404  422  404  404  404
GET  /participations/<participation_id>/more              404  200  404  404  404
POST /participations/<participation_id>/more              404  422  404  404  404
POST /participations/<participation_id>/fewer/back        404  409  404  404  404
GET  /participations/<pledge_id>/names                    404  200  404  404  404
POST /participations/<pledge_id>/names                    404  303  404  404  404
POST /participations/<pledge_id>/names/<name_id>/remove   404  303  404  404  404
POST /participations/<pledge_id>/names/link               404  303  404  404  404
POST /participations/<pledge_id>/names/consent            404  303  404  404  404
POST /participations/<pledge_id>/people                   404  303  404  404  404
GET  /organizations/<slug>                                200  200  200  200  200
GET  /organizations/<slug>/calendar.ics                   200  200  200  200  200
GET  /organizations/<slug>/activities/start               404  404  200  404  404
GET  /organizations/<slug>/activities/new                 404  404  200  404  404
POST /organizations/<slug>/activities/new                 404  404  303  404  404
GET  /dates/<occurrence_id>/change                        404  404  200  404  404
GET  /dates/<occurrence_id>/change/<scope>                404  404  200  404  404
POST /dates/<occurrence_id>/change/<scope>                404  404  303  404  404
GET  /activities/<activity_id>/correct                    404  404  200  404  404
POST /activities/<activity_id>/correct                    404  404  303  404  404
GET  /activities/<activity_id>/changes                    404  404  200  404  404
POST /changes/<edit_id>/undo                            404  404  303  404  404
GET  /organizations/<slug>/activities/dates               404  404  200  404  404
GET  /organizations/<slug>/closed-days                    404  404  200  404  404
POST /organizations/<slug>/closed-days                    404  404  303  404  404
POST /organizations/<slug>/closed-days/<closed_day_id>/remove 404 404 303 404 404
GET  /town                                                404  404  404  404  404
POST /town                                                404  404  404  404  404
POST /town/<slug>/undo                                     404  404  404  404  404
GET  /town.csv                                            404  404  404  404  404
GET  /desk                                                ask  200  200  200  200
GET  /organizations/<slug>/offices                        404  404  200  404  404
POST /organizations/<slug>/offices                        404  404  303  404  404
GET  /offices/<office_id>/end                             404  404  200  404  404
POST /offices/<office_id>/end                             404  404  303  404  404
GET  /organizations/<slug>/wordings                       404  404  200  404  404
GET  /organizations/<slug>/wordings/<kind>                404  404  200  404  404
POST /organizations/<slug>/wordings/<kind>                404  404  303  404  404
GET  /offices/<office_id>/hand-over                       404  404  200  404  404
POST /offices/<office_id>/hand-over                       404  404  303  404  404
POST /offices/<office_id>/undo                            404  404  303  404  404
GET  /me/calendars                                        ask  200  200  200  200
POST /me/calendars                                        ask  200  200  200  200
GET  /organizations/<slug>/calendars                      404  404  200  404  404
POST /organizations/<slug>/calendars                      404  404  200  404  404
GET  /organizations/<slug>/import                         404  404  200  404  404
POST /organizations/<slug>/import                         404  404  422  404  404
GET  /organizations/<slug>/import/<import_id>             404  404  200  404  404
POST /organizations/<slug>/import/<import_id>             404  404  303  404  404
GET  /calendars/changes.atom                              200  200  200  200  200
GET  /opendata/events.csv                                 200  200  200  200  200
GET  /opendata/events.json                                200  200  200  200  200
GET  /calendars/tags/<tag>.ics                            200  200  200  200  200
GET  /calendars/open.ics                                  200  200  200  200  200
GET  /activities/<activity_id>/calendar.ics               200  200  200  200  200
GET  /activities/<activity_id>/calendar.ics      (draft)  404  404  404  404  404
GET  /dates/<occurrence_id>/reached                       404  404  200  404  404
POST /dates/<occurrence_id>/reached                       404  404  303  404  404
GET  /dates/<occurrence_id>/ask                           404  404  200  404  404
POST /dates/<occurrence_id>/ask                           404  404  303  404  404
GET  /dates/<occurrence_id>/coming                        ask  200  404  404  404
POST /dates/<occurrence_id>/coming                        ask  303  404  404  404
GET  /dates/<occurrence_id>/list                          404  404  200  404  404
POST /dates/<occurrence_id>/list                          404  404  303  404  404
GET  /changes/<edit_id>/reached                           404  404  200  404  404
POST /changes/<edit_id>/reached                           404  404  303  404  404
GET  /changes/<edit_id>/list                              404  404  200  404  404
POST /changes/<edit_id>/list                              404  404  303  404  404
GET  /organizations/<slug>/line                           404  404  200  404  404
POST /organizations/<slug>/line                           404  404  303  404  404
POST /organizations/<slug>/line/remove                    404  404  303  404  404
GET  /me/channels                                         ask  200  200  200  200
POST /me/channels                                         ask  303  404  404  404
POST /me/push                                             ask  303  303  303  303
GET  /manifest.webmanifest                                200  200  200  200  200
GET  /offline                                             200  200  200  200  200
GET  /sw.js                                               200  200  200  200  200
POST /me/line/<account_id>                                ask  200  200  200  200
POST /line/<account_id>                                   404  404  404  404  404
POST /me/wishes                                           ask  303  303  303  303
GET  /outbox                                              404  404  404  404  404
GET  /outbox/<name>                                       404  404  404  404  404
GET  /status                                              404  404  404  404  404
GET  /organizations/<slug>/about                          404  404  200  404  404
POST /organizations/<slug>/about                          404  404  303  404  404
GET  /organizations/<slug>/year                           200  200  200  200  200
GET  /organizations/<slug>/hours                          404  404  200  404  404
GET  /organizations/<slug>/hours.csv                      404  404  200  404  404
GET  /organizations/<slug>/households                     404  404  200  404  404
GET  /organizations/<slug>/blocks/new                     404  404  200  404  404
POST /organizations/<slug>/blocks/new                     404  404  303  404  404
GET  /organizations/<slug>/blocks/<block_slug>            404  404  200  404  404
POST /organizations/<slug>/blocks/<block_slug>            404  404  303  404  404
POST /organizations/<slug>/blocks/drop                    404  404  404  404  404
GET  /organizations/<slug>/households/new                 404  404  200  404  404
POST /organizations/<slug>/households/new                 404  404  303  404  404
GET  /organizations/<slug>/households/paste               404  404  200  404  404
POST /organizations/<slug>/households/paste               404  404  303  404  404
GET  /organizations/<slug>/people/duplicates              404  404  200  404  404
GET  /organizations/<slug>/people/<keep_id>/merge/<drop_id>  404  404  200  404  404
POST /organizations/<slug>/people/<keep_id>/merge/<drop_id>  404  404  303  404  404
GET  /households/<household_id>                           404  404  200  404  404
POST /households/<household_id>                           404  404  303  404  404
GET  /households/<household_id>/members/new               404  404  200  404  404
POST /households/<household_id>/members/new               404  404  303  404  404
GET  /households/<household_id>/members/<member_id>       404  404  200  404  404
POST /households/<household_id>/members/<member_id>       404  404  303  404  404
POST /me/household/contact                                ask  303  404  404  404
GET  /organizations/<slug>/tokens                         404  404  200  404  404
POST /organizations/<slug>/tokens                         404  404  200  404  404
POST /organizations/<slug>/tokens/<token_id>/revoke       404  404  303  404  404
GET  /me/data                                             ask  200  200  200  200
GET  /me/data.json                                        ask  200  200  200  200
GET  /me/name                                             ask  200  200  200  200
POST /me/name                                             ask  303  303  303  303
POST /me/erase                                            ask  303  409  409  303
GET  /me/tokens                                           ask  200  200  200  200
POST /me/tokens                                           ask  200  200  200  200
POST /me/tokens/<token_id>/revoke                (own)    ask  303  404  404  404
GET  /me                                                  ask  200  200  200  200
POST /me/feed                                             ask  200  200  200  200
POST /me/feed/close                                       ask  303  303  303  303
POST /me/link/close                                       ask  303  303  303  303
GET  /me/limits                                           ask  200  200  200  200
POST /me/limits                                           ask  303  303  303  303
GET  /sign-in                                             200  200  200  200  200
POST /sign-in                                             303  303  303  303  303
GET  /sign-in/code                                        ask  ask  ask  ask  ask
POST /sign-in/code                                        ask  ask  ask  ask  ask
POST /sign-out                                            303  303  303  303  303
POST /language                                            303  303  303  303  303
GET  /calendars/public.ics                                200  200  200  200  200
GET  /help                                                200  200  200  200  200
GET  /privacy                                             200  200  200  200  200
GET  /accessibility                                       200  200  200  200  200
GET  /display                                             200  200  200  200  200
POST /display                                             303  303  303  303  303
GET  /healthz                                             200  200  200  200  200
GET  /design                                              404  404  404  404  404
GET  /static/site.css                                     200  200  200  200  200
GET  /static/site.js                                      200  200  200  200  200
GET  /static/<filename>                                   200  200  200  200  200
"""

# Addresses that are keys: Ben's, Chie's, one that nobody ever had, and one that was closed or spent.
# A decision is not theirs, even with a link to it: the right is looked at each time.
LINKS = """
                                                                 ben  chie made-up closed
GET  /me/<token>                                                 200  200  404     404
GET  /me/<token>/participations/<participation_id>               200  404  404     404
POST /me/<token>/participations/<participation_id>/prove         303  404  404     404
POST /me/<token>/participations/<participation_id>/accept        303  404  404     404
POST /me/<token>/participations/<participation_id>/reply         303  404  404     404
GET  /me/<token>/participations/<participation_id>/consent       404  200  404     404
POST /me/<token>/participations/<participation_id>/consent       404  303  404     404
GET  /me/<token>/participations/<participation_id>/stand-in      200  404  404     404
POST /me/<token>/participations/<participation_id>/stand-in      200  404  404     404
POST /me/<token>/participations/<participation_id>/stand-in/stop 303  404  404     404
GET  /me/<token>/stand-ins/asked/<asked_search_id>               404  200  404     404
POST /me/<token>/stand-ins/asked/<asked_search_id>               404  303  404     404
GET  /me/<token>/calendars                                       200  200  404     404
POST /me/<token>/calendars                                       200  200  404     404
GET  /me/<token>/dates/<occurrence_id>/coming                    200  404  404     404
POST /me/<token>/dates/<occurrence_id>/coming                    303  404  404     404
GET  /me/<token>/channels                                        200  200  404     404
POST /me/<token>/channels                                        303  404  404     404
POST /me/<token>/push                                            303  303  404     404
POST /me/<token>/line/<account_id>                               200  200  404     404
POST /me/<token>/wishes                                          303  303  404     404
GET  /unsubscribe/<token>                                        200  200  404     404
POST /unsubscribe/<token>                                        200  200  404     404
GET  /decide/<token>                                             404  404  404     410
POST /decide/<token>                                             404  404  404     410
GET  /stand-ins/<token>                                          200  200  404     200
POST /stand-ins/<token>                                          303  303  404     409
GET  /me/<token>/series/<series_id>                              200  404  404     404
POST /me/<token>/series/<series_id>/prove                        303  404  404     404
POST /me/<token>/series/<series_id>/months                       303  404  404     404
POST /me/<token>/series/<series_id>/end                          303  404  404     404
POST /me/<token>/participations/<series_row_id>/come             303  404  404     404
POST /me/<token>/sms                                             404  404  404     404
GET  /me/<token>/participations/<participation_id>/answers       200  404  404     404
POST /me/<token>/participations/<participation_id>/answers       303  404  404     404
GET  /me/<token>/participations/<participation_id>/again         200  404  404     404
POST /me/<token>/participations/<participation_id>/again         303  404  404     404
GET  /me/<token>/participations/<participation_id>/withdraw      200  404  404     404
POST /me/<token>/participations/<participation_id>/withdraw      303  404  404     404
POST /me/<token>/participations/<participation_id>/back          303  404  404     404
GET  /me/<token>/participations/<participation_id>/company       200  404  404     404
GET  /me/<token>/participations/<participation_id>/fewer         200  404  404     404
POST /me/<token>/participations/<participation_id>/fewer         422  404  404     404
GET  /me/<token>/participations/<participation_id>/more          200  404  404     404
POST /me/<token>/participations/<participation_id>/more          422  404  404     404
POST /me/<token>/participations/<participation_id>/fewer/back    409  404  404     404
GET  /me/<token>/participations/<pledge_id>/names                200  404  404     404
POST /me/<token>/participations/<pledge_id>/names                303  404  404     404
POST /me/<token>/participations/<pledge_id>/names/<name_id>/remove 303  404  404     404
POST /me/<token>/participations/<pledge_id>/names/link           303  404  404     404
POST /me/<token>/participations/<pledge_id>/names/consent        303  404  404     404
POST /me/<token>/participations/<pledge_id>/people               303  404  404     404
GET  /names/<token>                                              200  200  404     404
POST /names/<token>                                              303  303  404     404
POST /me/<token>/feed                                            200  200  404     404
POST /me/<token>/feed/close                                      303  303  404     404
POST /me/<token>/link/close                                      303  303  404     404
GET  /me/<token>/data                                            200  200  404     404
GET  /me/<token>/limits                                          200  200  404     404
POST /me/<token>/limits                                          303  303  404     404
POST /me/<token>/household/contact                               303  404  404     404
GET  /calendars/<token>.ics                                      200  200  404     410
GET  /sign-in/<token>                                            200  200  422     422
POST /sign-in/<token>                                            303  303  422     422
"""
