"""Who gets which answer as a program: every end-point, every kind of token; read by test_access."""

# Programs, by the token that they send along; `link` is Aiko's personal link, which opens her own things and no office.
API = """
                                                                dan  ben  aiko chie emi  link made-up
GET  /api/v1/openapi.json                                       200  200  200  200  200  200  200
GET  /api/v1/dates                                              200  200  200  200  200  200  200
GET  /api/v1/dates/<occurrence_id>                              200  200  200  200  200  200  401
GET  /api/v1/dates/<occurrence_id>/roster                       404  404  200  404  404  404  401
GET  /api/v1/dates/<occurrence_id>/board                        404  404  200  404  404  404  401
POST /api/v1/dates/<occurrence_id>/board/find                   404  404  200  404  404  404  401
POST /api/v1/dates/<occurrence_id>/board/add                    404  404  201  404  404  404  401
POST /api/v1/dates/<occurrence_id>/board/places                 404  404  200  404  404  404  401
POST /api/v1/dates/<occurrence_id>/board/places/affected        404  404  200  404  404  404  401
POST /api/v1/dates/<occurrence_id>/board/message                404  404  200  404  404  404  401
POST /api/v1/dates/<occurrence_id>/board/<participation_id>/approve  404  404  200  404  404  404  401
POST /api/v1/dates/<occurrence_id>/board/<participation_id>/decline  404  404  409  404  404  404  401
POST /api/v1/dates/<occurrence_id>/board/<participation_id>/ask      404  404  409  404  404  404  401
POST /api/v1/dates/<occurrence_id>/board/<participation_id>/move     404  404  200  404  404  404  401
POST /api/v1/dates/<occurrence_id>/board/<participation_id>/people   404  404  200  404  404  404  401
POST /api/v1/dates/<occurrence_id>/board/<participation_id>/consent  404  404  200  404  404  404  401
POST /api/v1/dates/<occurrence_id>/board/<participation_id>/remove   404  404  200  404  404  404  401
POST /api/v1/board/undo/<change_id>                             404  404  200  404  404  404  401
GET  /api/v1/dates/<occurrence_id>/shares                       404  404  200  404  404  404  401
POST /api/v1/dates/<occurrence_id>/decision                     404  404  200  404  404  404  401
PUT  /api/v1/dates/<occurrence_id>/attendance                   404  404  200  404  404  404  401
GET  /api/v1/activities/<activity_id>                           200  200  200  200  200  200  401
GET  /api/v1/activities/<activity_id>                  (draft)  404  404  200  404  404  404  401
POST /api/v1/activities/<activity_id>/publish          (draft)  404  404  200  404  404  404  401
POST /api/v1/organizations/<slug>/activities                    404  404  201  404  404  404  401
POST /api/v1/dates/<occurrence_id>/changes                      404  404  200  404  404  404  401
GET  /api/v1/activities/<activity_id>/changes                   404  404  200  404  404  404  401
POST /api/v1/changes/<edit_id>/undo                           404  404  200  404  404  404  401
POST /api/v1/organizations/<slug>/activities/dates              404  404  200  404  404  404  401
GET  /api/v1/organizations/<slug>/closed-days                   404  404  200  404  404  404  401
POST /api/v1/organizations/<slug>/closed-days                   404  404  201  404  404  404  401
POST /api/v1/organizations/<slug>/closed-days/<closed_day_id>/remove 404 404 200 404 404 404 401
POST /api/v1/organizations/<slug>/import                        404  404  200  404  404  404  401
GET  /api/v1/me/calendars                                       401  200  200  200  200  200  401
POST /api/v1/me/calendars                                       401  201  201  201  201  201  401
POST /api/v1/me/calendars/close                                 401  200  200  200  200  200  401
POST /api/v1/me/calendars/alarm                                 401  200  200  200  404  200  401
GET  /api/v1/organizations/<slug>/hours/<year>                  404  404  200  404  404  404  401
GET  /api/v1/organizations/<slug>/households                    404  404  200  404  404  404  401
POST /api/v1/organizations/<slug>/households                    404  404  201  404  404  404  401
POST /api/v1/organizations/<slug>/households/paste              404  404  200  404  404  404  401
GET  /api/v1/organizations/<slug>/people/duplicates             404  404  200  404  404  404  401
POST /api/v1/organizations/<slug>/people/<keep_id>/merge/<drop_id>  404  404  200  404  404  404  401
POST /api/v1/households/<household_id>                          404  404  200  404  404  404  401
POST /api/v1/households/<household_id>/members                  404  404  201  404  404  404  401
POST /api/v1/me/household/contact                               401  200  404  404  404  404  401
POST /api/v1/slots/<slot_id>/join                               201  201  201  201  201  201  401
POST /api/v1/slots/<slot_id>/join/group                         201  201  201  201  201  201  401
GET  /api/v1/names/<token>                                      200  200  200  200  200  200  200
POST /api/v1/names/<token>                                      200  200  200  200  200  200  200
GET  /api/v1/participations/<pledge_id>/names                   404  200  404  404  404  404  401
POST /api/v1/participations/<pledge_id>/names                   404  200  404  404  404  404  401
POST /api/v1/participations/<pledge_id>/names/<name_id>/remove  404  200  404  404  404  404  401
POST /api/v1/participations/<pledge_id>/names/link              404  200  404  404  404  404  401
POST /api/v1/participations/<pledge_id>/names/consent           404  200  404  404  404  404  401
POST /api/v1/participations/<pledge_id>/people                  404  200  404  404  404  404  401
GET  /api/v1/participations/<participation_id>                  404  200  404  404  404  404  401
POST /api/v1/participations/<participation_id>/prove            404  200  404  404  404  404  401
POST /api/v1/participations/<participation_id>/accept           404  200  404  404  404  404  401
POST /api/v1/participations/<participation_id>/reply            404  200  404  404  404  404  401
POST /api/v1/participations/<participation_id>/consent          404  404  404  200  404  404  401
POST /api/v1/participations/<participation_id>/stand-in         404  201  404  404  404  404  401
POST /api/v1/participations/<participation_id>/stand-in/stop    404  200  404  404  404  404  401
POST /api/v1/stand-ins/<stand_in_token>                         201  409  201  201  201  201  401
POST /api/v1/stand-ins/asked/<asked_search_id>                  404  404  404  200  404  404  401
GET  /api/v1/activities/<activity_id>/terms/<position>          404  404  200  404  404  404  401
POST /api/v1/activities/<activity_id>/terms/<position>          404  404  200  404  404  404  401
POST /api/v1/activities/<activity_id>/join                      201  201  201  201  201  201  401
GET  /api/v1/series/<series_id>                                 404  200  404  404  404  404  401
POST /api/v1/series/<series_id>/prove                           404  200  404  404  404  404  401
POST /api/v1/series/<series_id>/months                          404  200  404  404  404  404  401
POST /api/v1/series/<series_id>/end                             404  200  404  404  404  404  401
POST /api/v1/participations/<participation_id>/withdraw         404  200  404  404  404  404  401
GET  /api/v1/me                                                 401  200  200  200  200  200  401
POST /api/v1/me/feed                                            401  201  201  201  201  201  401
GET  /api/v1/me/limits                                          401  200  200  200  200  200  401
POST /api/v1/me/limits                                          401  200  200  200  200  200  401
GET  /api/v1/me/tokens                                          401  200  200  200  200  403  401
POST /api/v1/me/tokens                                          401  201  201  201  201  403  401
POST /api/v1/me/tokens/<token_id>/revoke               (own)    401  200  404  404  404  403  401
GET  /api/v1/organizations/<slug>/tokens                        401  404  200  404  404  403  401
POST /api/v1/organizations/<slug>/tokens                        401  404  201  404  404  403  401
POST /api/v1/organizations/<slug>/tokens/<token_id>/revoke      401  404  200  404  404  403  401
POST /api/v1/sign-in                                            202  202  202  202  202  202  202
POST /api/v1/sign-in/code                                       422  422  422  422  422  422  422
POST /api/v1/sign-out                                           401  200  200  200  200  200  200
"""
